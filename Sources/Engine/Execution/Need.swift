import ModelGraph

/// At which tokens of each prompt a node's value is needed; `last` stands for the tokens whose logits are wanted.
enum Need {
  case none, last, all

  /// What must be computed for each node of a graph: all tokens of what is wanted whole and of what that depends on; what only the wanted
  /// tokens' logits need, at those.
  /// - Parameter logits: whether logits are wanted at all.
  static func settled(_ graph: ModelGraph, whole: some Sequence<NodeID>, logits: Bool) -> [Need] {
    var needs = [Need](repeating: .none, count: graph.nodes.count)
    for id in whole { needs[id.index] = .all }
    if logits, needs[graph.logits.index] == .none { needs[graph.logits.index] = .last }
    for node in graph.nodes.reversed() where needs[node.id.index] != .none {
      for input in node.inputs {
        let passesThrough = needs[node.id.index] == .last && node.hook?.layer == nil && node.operation != .sum
        if !passesThrough { needs[input.index] = .all }
        if needs[input.index] == .none { needs[input.index] = .last }
      }
    }
    return needs
  }
}
