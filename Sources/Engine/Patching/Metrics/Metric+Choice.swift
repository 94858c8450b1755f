import Foundation

extension Metric {
  /// P(answer) / (P(answer) + P(wrong)): how strongly the answer is preferred (CAA's A/B questions); with several
  /// answers or wrong tokens, their sums. The rest of the vocabulary cancels.
  public static let choice = Metric(Choice())
}

private struct Choice: MetricDefinition {
  let name = "choice"
  let needsWrong = true

  func value(_ scores: PairScores) -> Double {
    let top = Double((scores.answers + scores.wrongs).max() ?? 0)
    func sum(_ scores: [Float]) -> Double { scores.reduce(0) { $0 + exp(Double($1) - top) } }
    return sum(scores.answers) / (sum(scores.answers) + sum(scores.wrongs))
  }

  /// p = sigmoid(log sum exp(answers) - log sum exp(wrongs)); each side's derivative is divided among its tokens by
  /// their weights.
  func addGradient(_ scores: PairScores, to gradient: inout [Double]) {
    let share = value(scores)
    for (tokens, logits, sign) in [
      (scores.pair.answers, scores.answers, 1.0), (scores.pair.wrongs, scores.wrongs, -1.0),
    ] {
      let weights = logits.map { exp(Double($0) - Double(logits[0])) }
      let total = weights.reduce(0, +)
      for (token, weight) in zip(tokens, weights) {
        gradient[Int(token)] += sign * share * (1 - share) * weight / total
      }
    }
  }
}
