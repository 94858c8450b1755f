/// A kind of head, defined by where it looks: from which destinations to which sources of a prompt.
///
/// A head's score on a prompt is the mean attention that falls on those sources, over the destinations for which the
/// detector has a source: 1 for a head that looks nowhere else, 0 for one that never looks there.
public enum HeadDetector: String, Sendable, Hashable, CaseIterable {
  /// From each token to the previous one. Destinations start at 2: the token before position 1 is also the first.
  case previousToken = "previous_token"
  /// From each token to itself. Destinations start at 1: position 0 has no choice.
  case currentToken = "current_token"
  /// From each token to position 0, where heads with nothing to attend to put their attention. Destinations start at 2.
  case firstPosition = "first_position"
  /// From a repeated token to its earlier occurrences (all of them together).
  case duplicateToken = "duplicate_token"
  /// From a repeated token to the tokens that followed its earlier occurrences (all of them together, except the
  /// destination itself): what an induction head does (Olsson et al. 2022, "In-context Learning and Induction Heads").
  case induction

  /// For each destination of a prompt that counts, the sources whose attention is summed, ascending.
  public func targets(in tokens: [Int32]) -> [(destination: Int, sources: [Int])] {
    switch self {
    case .previousToken: return (0..<tokens.count).dropFirst(2).map { ($0, [$0 - 1]) }
    case .currentToken: return (0..<tokens.count).dropFirst(1).map { ($0, [$0]) }
    case .firstPosition: return (0..<tokens.count).dropFirst(2).map { ($0, [0]) }
    case .duplicateToken: return repeats(in: tokens, shift: 0)
    case .induction: return repeats(in: tokens, shift: 1)
    }
  }

  /// For each token, its earlier occurrences shifted by `shift`, as long as they are before the token.
  private func repeats(in tokens: [Int32], shift: Int) -> [(destination: Int, sources: [Int])] {
    var places: [Int32: [Int]] = [:]
    var found: [(destination: Int, sources: [Int])] = []
    for (destination, token) in tokens.enumerated() {
      let sources = (places[token] ?? []).map { $0 + shift }.filter { $0 < destination }
      if !sources.isEmpty { found.append((destination, sources)) }
      places[token, default: []].append(destination)
    }
    return found
  }
}
