import Diagnostics

/// Documents as tokens, by their number.
public struct TokenSource: Sendable {
  /// How many different documents there are; nil for an endless sequence. After the last, they are repeated in another
  /// order.
  public let count: Int?
  private let tokens: @Sendable (Int) throws -> [Int32]

  /// - Parameter tokens: the tokens of document i, which must always be the same.
  public init(count: Int? = nil, tokens: @escaping @Sendable (Int) throws -> [Int32]) {
    self.count = count
    self.tokens = tokens
  }

  /// The document at place `index` of training.
  package func document(_ index: Int, seed: UInt64) throws -> [Int32] {
    guard let count else { return try tokens(index) }
    return try tokens(Self.shuffled(index % count, of: count, key: seed &+ UInt64(index / count)))
  }

  /// A document in its original order, for validation.
  func unshuffled(_ index: Int) throws -> [Int32] { try tokens(index) }

  /// A permutation of 0..<count without a table: a Feistel network on the next power of four, applied until the result
  /// is below count.
  static func shuffled(_ index: Int, of count: Int, key: UInt64) -> Int {
    var half = 1
    while 1 << (2 * half) < count { half += 1 }
    let mask = UInt64(1) << UInt64(half) - 1
    var value = UInt64(index)
    repeat {
      var (left, right) = (value >> UInt64(half), value & mask)
      for round in 0..<4 {
        var mixer = SplitMix64(seed: key ^ (right &* 0x9E37_79B9) ^ (UInt64(round) << 56))
        (left, right) = (right, (left ^ mixer.next()) & mask)
      }
      value = left << UInt64(half) | right
    } while value >= UInt64(count)
    return Int(value)
  }
}
