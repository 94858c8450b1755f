extension Metric {
  /// How many tokens have a higher logit than the answer; 0 is the top.
  public static let rank = Metric(Rank())
}

private struct Rank: MetricDefinition {
  let name = "rank"
  let needsVocabulary = true
  let reasonAgainstEstimate: String? = "it counts tokens, so it changes in jumps and has no gradient"

  func value(_ scores: PairScores) -> Double {
    let own = scores.vocabulary[Int(scores.pair.answers[0])]
    return Double(scores.vocabulary.reduce(0) { $0 + ($1 > own ? 1 : 0) })
  }

  func addGradient(_ scores: PairScores, to gradient: inout [Double]) { preconditionFailure("a rank has no gradient") }
}
