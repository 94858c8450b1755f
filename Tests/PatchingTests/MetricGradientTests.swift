import Diagnostics
import Foundation
import Patching
import TestSupport
import Testing

/// The derivatives of metrics with respect to scores, compared with differences of the metrics written out in double
/// precision.
@Suite struct MetricGradientTests {
  private static let vocabulary = 9

  private static func softmax(_ scores: [Double]) -> [Double] {
    let top = scores.max() ?? 0
    let powers = scores.map { exp($0 - top) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  private static func value(_ metric: Metric, _ scores: [Double], _ pair: PromptSet.Pair, base: [Double]) -> Double {
    func mean(_ tokens: [Int32]) -> Double { tokens.reduce(0) { $0 + scores[Int($1)] } / Double(tokens.count) }
    let probabilities = softmax(scores)
    let answer = pair.answers.reduce(0) { $0 + probabilities[Int($1)] }
    switch metric {
    case .logitDiff: return mean(pair.answers) - mean(pair.wrongs)
    case .logit: return mean(pair.answers)
    case .logProb: return log(answer)
    case .prob: return answer
    case .choice: return answer / (answer + pair.wrongs.reduce(0) { $0 + probabilities[Int($1)] })
    case .kl: return zip(softmax(base), probabilities).reduce(0) { $0 + $1.0 * log($1.0 / $1.1) }
    case .margin:
      let others = scores.indices.filter { !pair.answers.contains(Int32($0)) }.map { scores[$0] }
      return mean(pair.answers) - (others.max() ?? .nan)
    default: return .nan
    }
  }

  @Test(arguments: [
    ([Int32(2)], [Int32(5)]), ([1, 4], [0, 7, 8]), ([3, 6, 8], [2]),
  ])
  func everyScore(answers: [Int32], wrongs: [Int32]) throws {
    let pair = PromptSet.Pair(clean: [0], corrupted: [0], answers: answers, wrongs: wrongs)
    var generator = SplitMix64(seed: 2)
    for spread in [Float(1), 5, 20] {
      let scores = (0..<Self.vocabulary).map { _ in Float.random(in: -spread...spread, using: &generator) }
      let base = scores.map { $0 + Float.random(in: -1...1, using: &generator) }
      let reader = MetricReader(pair: pair)
      let log = base.withUnsafeBufferPointer { LogProbabilities($0) }
      for metric in Metric.allCases where metric != .rank {
        let gradient = scores.withUnsafeBufferPointer { reader.gradient(metric, at: $0, base: log) }
        #expect(gradient.contains { $0 != 0 })
        let (own, right) = scores.withUnsafeBufferPointer { scores in
          (
            reader.value(metric, of: scores, whole: true, base: log),
            Self.value(metric, scores.map(Double.init), pair, base: base.map(Double.init))
          )
        }
        #expect(abs(Double(own) - right) < 1e-5 * max(1, abs(right)), "\(metric)")
        for index in scores.indices {
          func moved(by step: Double) -> Double {
            var numbers = scores.map(Double.init)
            numbers[index] += step
            return Self.value(metric, numbers, pair, base: base.map(Double.init))
          }
          let slope = (moved(by: 1e-5) - moved(by: -1e-5)) / 2e-5
          #expect(abs(slope - Double(gradient[index])) < 1e-6, "\(metric) \(index)")
        }
      }
      // At the base run itself, where attribution would use it, kl has no slope in any direction.
      let none = base.withUnsafeBufferPointer { reader.gradient(.kl, at: $0, base: log) }
      #expect(none.allSatisfy { abs($0) < 1e-7 })
    }
  }
}
