extension Metric {
  /// logit[answer] minus the highest logit of any other token: above 0 if the answer is on top. With several accepted
  /// answers, their mean; none of them counts as another token.
  public static let margin = Metric(Margin())
}

private struct Margin: MetricDefinition {
  let name = "margin"
  let needsVocabulary = true

  func value(_ scores: PairScores) -> Double {
    guard let best = bestOther(scores) else { return .nan }
    return Double(PairScores.mean(scores.answers) - scores.vocabulary[best])
  }

  func addGradient(_ scores: PairScores, to gradient: inout [Double]) {
    for answer in scores.pair.answers { gradient[Int(answer)] += 1 / Double(scores.pair.answers.count) }
    if let best = bestOther(scores) { gradient[best] -= 1 }
  }

  /// The token with the highest logit that is not an answer; among equal ones, the first.
  private func bestOther(_ scores: PairScores) -> Int? {
    let answers = Set(scores.pair.answers.map(Int.init))
    var best: Int?
    for (token, logit) in scores.vocabulary.enumerated() where !answers.contains(token) {
      if best.map({ logit > scores.vocabulary[$0] }) ?? true { best = token }
    }
    return best
  }
}
