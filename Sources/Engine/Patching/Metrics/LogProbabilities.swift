import Foundation

/// The log-probabilities of a base run over the whole vocabulary, kept for kl.
package struct LogProbabilities: Sendable {
  private let values: [Double]

  package init(_ scores: UnsafeBufferPointer<Float>) {
    let normaliser = Self.logSumExp(scores)
    values = scores.map { Double($0) - normaliser }
  }

  /// The probability of one token.
  func probability(of token: Int) -> Double { exp(values[token]) }

  /// KL(self || softmax(scores)), in nats.
  func divergence(to scores: UnsafeBufferPointer<Float>) -> Double {
    let normaliser = Self.logSumExp(scores)
    var sum = 0.0
    for (own, score) in zip(values, scores) where own > -700 { sum += exp(own) * (own - (Double(score) - normaliser)) }
    // Rounding can make it slightly negative if the two runs are the same.
    return max(0, sum)
  }

  static func logSumExp(_ scores: UnsafeBufferPointer<Float>) -> Double {
    let top = Double(scores.max() ?? 0)
    return top + log(scores.reduce(0.0) { $0 + exp(Double($1) - top) })
  }
}
