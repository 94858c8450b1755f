import Diagnostics
import ModelGraph

/// Random sequences for detectors: a first token, distinct random tokens, and the same tokens again in the same order.
///
/// Only the repetition tells a head what comes next, so only heads that look for it score as duplicate-token or
/// induction heads.
public struct RepeatedSequences: Sendable, Hashable {
  /// How many sequences there are.
  public let count: Int
  /// How many random tokens come before the repetition: a sequence has twice as many, plus the first token.
  public let length: Int
  public let seed: UInt64
  /// The token that begins each sequence; nil for one more random token.
  public let first: Int32?
  /// All ids are below this.
  public let vocabulary: Int

  /// Sequences for a model.
  /// - Parameters:
  ///   - length: nil for 50, or as many as fit the context and the vocabulary.
  ///   - first: the model's beginning-of-text token, if it has one; a token outside the vocabulary counts as none.
  /// - Throws: `HeadsError` for sequences that the model cannot take; `noHeads` for a model that takes no tokens.
  public init(
    for graph: ModelGraph, count: Int = 16, length: Int? = nil, seed: UInt64 = 0, first: Int32? = nil
  ) throws(HeadsError) {
    guard case .tokens(let vocabulary, let context) = graph.input else { throw .noHeads(family: graph.family) }
    guard count >= 1 else { throw .noSequences(count) }
    let room = context.map { ($0 - 1) / 2 } ?? .max
    let length = length ?? max(2, min(50, room, vocabulary - 1))
    guard length >= 2 else { throw .lengthTooSmall(length) }
    if let context, length > room {
      throw .lengthOutsideContext(length: length, context: context, largest: room >= 2 ? room : nil)
    }
    guard length <= vocabulary - 1 else {
      throw .lengthOutsideVocabulary(length: length, vocabulary: vocabulary, largest: vocabulary - 1)
    }
    self.count = count
    self.length = length
    self.seed = seed
    self.first = first.flatMap { $0 >= 0 && $0 < vocabulary ? $0 : nil }
    self.vocabulary = vocabulary
  }

  /// The tokens of one sequence; they depend only on the seed and the number.
  public func tokens(_ index: Int) -> [Int32] {
    // The seed is scrambled first: neighbouring seeds and numbers must not lead to the same state.
    var scrambler = SplitMix64(seed: seed)
    var generator = SplitMix64(seed: scrambler.next() ^ (UInt64(truncatingIfNeeded: index) &* 0xD6E8_FEB8_6659_FD93))
    var taken: Set<Int32> = first.map { [$0] } ?? []
    var drawn: [Int32] = []
    while drawn.count < length + (first == nil ? 1 : 0) {
      let token = Int32.random(in: 0..<Int32(vocabulary), using: &generator)
      if taken.insert(token).inserted { drawn.append(token) }
    }
    let start = first ?? drawn.removeFirst()
    return [start] + drawn + drawn
  }
}
