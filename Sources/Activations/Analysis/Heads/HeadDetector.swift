/// A kind of head, told by where it looks: from which destinations to which sources of a prompt.
///
/// A head's score on a prompt is the mean, over the destinations for which the detector has a source, of the attention that falls on those
/// sources: 1 for a head that looks nowhere else, 0 for one that never looks there.
public enum HeadDetector: String, Sendable, Hashable, CaseIterable {
  /// From each token to the one before it. Destinations from 2 on: the token before position 1 is also the first.
  case previousToken = "previous_token"
  /// From each token to itself. Destinations from 1 on: position 0 has no other choice.
  case currentToken = "current_token"
  /// From each token to position 0, where attention goes that wants nothing. Destinations from 2 on.
  case firstPosition = "first_position"
  /// From a token that came before to where it did (all places together).
  case duplicateToken = "duplicate_token"
  /// From a token that came before to what followed it there (all places together), the destination itself left out: what an induction
  /// head does (Olsson et al. 2022, "In-context Learning and Induction Heads").
  case induction

  /// For each destination of a prompt that counts, the sources whose attention is added up, rising.
  public func targets(in tokens: [Int32]) -> [(destination: Int, sources: [Int])] {
    switch self {
    case .previousToken: return (0..<tokens.count).dropFirst(2).map { ($0, [$0 - 1]) }
    case .currentToken: return (0..<tokens.count).dropFirst(1).map { ($0, [$0]) }
    case .firstPosition: return (0..<tokens.count).dropFirst(2).map { ($0, [0]) }
    case .duplicateToken: return repeats(in: tokens, shift: 0)
    case .induction: return repeats(in: tokens, shift: 1)
    }
  }

  /// For each token, its earlier places moved on by `shift`, as far as they lie before it.
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
