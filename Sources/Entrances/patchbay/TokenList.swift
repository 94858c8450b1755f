import ArgumentParser

/// Token ids, separated by commas.
struct TokenList: ExpressibleByArgument {
  let tokens: [Int32]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let tokens = parts.compactMap { Int32($0.filter { $0 != " " }) }
    guard tokens.count == parts.count else { return nil }
    self.tokens = tokens
  }
}

/// Layer numbers, separated by commas.
struct LayerList: ExpressibleByArgument {
  let layers: [Int]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let layers = parts.compactMap { Int($0) }
    guard layers.count == parts.count, layers.allSatisfy({ $0 >= 0 }) else { return nil }
    self.layers = layers
  }
}
