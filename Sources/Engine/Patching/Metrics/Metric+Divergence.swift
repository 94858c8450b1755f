import Foundation

extension Metric {
  /// KL(base || patched) over the whole vocabulary, in nats; 0 for the base run itself.
  public static let kl = Metric(Divergence())
}

private struct Divergence: MetricDefinition {
  let name = "kl"
  let needsVocabulary = true
  let reasonAgainstEstimate: String? =
    "it has its minimum at the base run, where its gradient is 0 for every edit"

  func value(_ scores: PairScores) -> Double { base(scores).divergence(to: scores.vocabulary) }

  func addGradient(_ scores: PairScores, to gradient: inout [Double]) {
    let (base, normaliser) = (base(scores), scores.normaliser)
    for index in scores.vocabulary.indices {
      gradient[index] += exp(Double(scores.vocabulary[index]) - normaliser) - base.probability(of: index)
    }
  }

  private func base(_ scores: PairScores) -> LogProbabilities {
    guard let base = scores.base else { preconditionFailure("kl compares with the base run") }
    return base
  }
}
