extension Metric {
  /// logit[answer] - logit[wrong]; with several accepted answers, the means of both sets.
  public static let logitDiff = Metric(LogitDiff())
}

private struct LogitDiff: MetricDefinition {
  let name = "logit_diff"
  let needsWrong = true

  func value(_ scores: PairScores) -> Double {
    Double(PairScores.mean(scores.answers) - PairScores.mean(scores.wrongs))
  }

  func addGradient(_ scores: PairScores, to gradient: inout [Double]) {
    for answer in scores.pair.answers { gradient[Int(answer)] += 1 / Double(scores.pair.answers.count) }
    for wrong in scores.pair.wrongs { gradient[Int(wrong)] -= 1 / Double(scores.pair.wrongs.count) }
  }
}
