import ModelGraph
import Tensors

/// The continuation of one row.
public struct GeneratedTokens: Sendable, Hashable {
  /// Why there are no more tokens.
  public enum Stop: String, Sendable, Hashable {
    /// The row has as many as requested.
    case length
    /// A token that ends a text; it is the last one.
    case endOfText = "end_of_text"
    /// The model's context is full.
    case context
  }

  /// The new tokens, without the prompt's.
  public let tokens: [Int32]
  public let stop: Stop
}

extension Continuation {
  /// Chooses tokens and appends them until every row has ended or has `count` new tokens. A row that has ended stays in
  /// the batch.
  ///
  /// Every row draws with its own generator from the same seed, so that rows with the same scores get the same tokens.
  /// - Parameters:
  ///   - ends: the tokens that end a text.
  /// - check: called before each token with the number of tokens that every row has got; may throw to stop.
  /// - Returns: for each row, its new tokens.
  /// - Throws: `RunError.logitsNotFinite`; what `check` throws.
  public mutating func generate(
    _ count: Int, _ sampling: Sampling, ends: Set<Int32> = [], check: (Int) throws -> Void = { _ in }
  ) throws -> [GeneratedTokens] {
    let rows = tokens.count
    var choosers = [TokenChooser](repeating: TokenChooser(sampling), count: rows)
    var chosen = [[Int32]](repeating: [], count: rows)
    var stops = [GeneratedTokens.Stop?](repeating: nil, count: rows)
    for step in 0..<count {
      try check(step)
      var new = [Int32](repeating: 0, count: rows)
      for row in 0..<rows {
        let next = try self.next(row, &choosers[row])
        new[row] = next
        guard stops[row] == nil else { continue }
        chosen[row].append(next)
        if ends.contains(next) { stops[row] = .endOfText }
      }
      for row in 0..<rows where stops[row] == nil && !hasRoom(row) && step + 1 < count { stops[row] = .context }
      if step + 1 == count || !stops.contains(nil) || !(0..<rows).allSatisfy(hasRoom) { break }
      try append(new)
    }
    return zip(chosen, stops).map { GeneratedTokens(tokens: $0, stop: $1 ?? .length) }
  }

  private func next(_ row: Int, _ chooser: inout TokenChooser) throws -> Int32 {
    let width = logits.count / tokens.count
    return try logits.withValues { values in
      let scores = UnsafeBufferPointer(rebasing: values[row * width..<(row + 1) * width])
      guard scores.allSatisfy(\.isFinite) else { throw RunError.logitsNotFinite(example: row) }
      return chooser.next(scores)
    }
  }

  private func hasRoom(_ row: Int) -> Bool {
    guard case .tokens(_, let context?) = model.graph.input else { return true }
    return tokens[row].count < context
  }
}
