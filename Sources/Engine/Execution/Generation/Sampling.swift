import Diagnostics
import Foundation

/// How the next token is chosen from the scores over the vocabulary.
public enum Sampling: Sendable, Hashable {
  /// The token with the highest score; if there are several, the first.
  case greedy
  /// Drawn from softmax(score / temperature) over the `topK` highest (nil for all). The same seed draws the same tokens
  /// from the same scores.
  case drawn(temperature: Double, topK: Int?, seed: UInt64)
}

/// Chooses one row's tokens, one after another.
public struct TokenChooser: Sendable {
  private let sampling: Sampling
  private var generator: SplitMix64

  /// - Precondition: the temperature is above 0 and `topK` at least 1.
  public init(_ sampling: Sampling) {
    self.sampling = sampling
    switch sampling {
    case .greedy: generator = SplitMix64(seed: 0)
    case .drawn(let temperature, let topK, let seed):
      precondition(temperature > 0 && (topK ?? 1) >= 1, "temperature \(temperature), top \(topK ?? 0)")
      generator = SplitMix64(seed: seed)
    }
  }

  /// The next token.
  /// - Parameter scores: [vocabulary], finite.
  public mutating func next(_ scores: UnsafeBufferPointer<Float>) -> Int32 {
    switch sampling {
    case .greedy: return Int32(Self.highest(scores))
    case .drawn(let temperature, let topK, _): return draw(scores, temperature, topK)
    }
  }

  private static func highest(_ scores: UnsafeBufferPointer<Float>) -> Int {
    var best = 0
    for index in scores.indices where scores[index] > scores[best] { best = index }
    return best
  }

  private mutating func draw(_ scores: UnsafeBufferPointer<Float>, _ temperature: Double, _ topK: Int?) -> Int32 {
    var tokens = Array(scores.indices)
    if let topK, topK < tokens.count {
      // Equal scores are ordered by id, so that the choice does not depend on the sorting algorithm.
      tokens = Array(tokens.sorted { (scores[$1], $0) < (scores[$0], $1) }.prefix(topK)).sorted()
    }
    let top = Double(scores[Self.highest(scores)])
    let weights = tokens.map { exp((Double(scores[$0]) - top) / temperature) }
    var rest = Double.random(in: 0..<1, using: &generator) * weights.reduce(0, +)
    for (token, weight) in zip(tokens, weights) {
      rest -= weight
      if rest < 0 { return Int32(token) }
    }
    // Rounding can leave a tiny rest; it goes to the last token with any weight.
    return Int32(weights.lastIndex { $0 > 0 }.map { tokens[$0] } ?? tokens[0])
  }
}
