import Tensors

/// Computes metrics from scores.
package struct MetricReader: Sendable {
  let pair: PromptSet.Pair

  package init(pair: PromptSet.Pair) { self.pair = pair }

  /// One metric of a run, given the base run's scores (which only kl uses).
  /// - Parameters:
  ///   - scores: of the whole vocabulary, or of the pair's answers followed by its wrong tokens.
  ///   - whole: which of the two.
  package func value(
    _ metric: Metric, of scores: UnsafeBufferPointer<Float>, whole: Bool, base: LogProbabilities?
  ) -> Float {
    let own = whole ? pairScores(scores, base) : chosenScores(scores)
    return Float(metric.definition.value(own))
  }

  /// The derivative of a metric with respect to each of the scores over the vocabulary.
  /// - Parameter base: the base run's log-probabilities, which only kl uses.
  /// - Returns: [vocabulary]
  /// - Precondition: not `rank`, which has none.
  package func gradient(
    _ metric: Metric, at scores: UnsafeBufferPointer<Float>, base: LogProbabilities?
  ) -> [Float] {
    var gradient = [Double](repeating: 0, count: scores.count)
    metric.definition.addGradient(pairScores(scores, base), to: &gradient)
    return gradient.map { Float($0) }
  }

  private func pairScores(_ scores: UnsafeBufferPointer<Float>, _ base: LogProbabilities?) -> PairScores {
    PairScores(
      pair: pair, answers: pair.answers.map { scores[Int($0)] }, wrongs: pair.wrongs.map { scores[Int($0)] },
      vocabulary: scores, base: base)
  }

  private func chosenScores(_ scores: UnsafeBufferPointer<Float>) -> PairScores {
    PairScores(
      pair: pair, answers: Array(scores.prefix(pair.answers.count)),
      wrongs: Array(scores.dropFirst(pair.answers.count)), vocabulary: UnsafeBufferPointer(start: nil, count: 0),
      base: nil)
  }
}
