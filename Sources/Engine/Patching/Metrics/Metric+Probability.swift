import Foundation

extension Metric {
  /// log softmax[answer], in nats; with several accepted answers, the logarithm of the probability that one of them
  /// follows.
  public static let logProb = Metric(AnswerProbability(name: "log_prob", isLogarithm: true))
  /// softmax[answer]; with several accepted answers, the sum.
  public static let prob = Metric(AnswerProbability(name: "prob", isLogarithm: false))
}

private struct AnswerProbability: MetricDefinition {
  let name: String
  let isLogarithm: Bool
  let needsVocabulary = true

  func value(_ scores: PairScores) -> Double {
    let normaliser = scores.normaliser
    let probability = scores.answers.reduce(0.0) { $0 + exp(Double($1) - normaliser) }
    return isLogarithm ? log(probability) : probability
  }

  func addGradient(_ scores: PairScores, to gradient: inout [Double]) {
    let (normaliser, logits) = (scores.normaliser, scores.answers.map(Double.init))
    // From the logarithm, the answers' shares of their own total, so that even the smallest probabilities keep their
    // derivative.
    let scale = isLogarithm ? 1 : logits.reduce(0) { $0 + exp($1 - normaliser) }
    let top = logits.max() ?? 0
    let weights = logits.map { exp($0 - top) }
    let sum = weights.reduce(0, +)
    for index in scores.vocabulary.indices {
      gradient[index] -= scale * exp(Double(scores.vocabulary[index]) - normaliser)
    }
    for (answer, weight) in zip(scores.pair.answers, weights) { gradient[Int(answer)] += scale * weight / sum }
  }
}
