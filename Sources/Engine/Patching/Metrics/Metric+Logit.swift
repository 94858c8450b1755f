extension Metric {
  /// logit[answer]
  public static let logit = Metric(Logit())
}

private struct Logit: MetricDefinition {
  let name = "logit"

  func value(_ scores: PairScores) -> Double { Double(PairScores.mean(scores.answers)) }

  func addGradient(_ scores: PairScores, to gradient: inout [Double]) {
    for answer in scores.pair.answers { gradient[Int(answer)] += 1 / Double(scores.pair.answers.count) }
  }
}
