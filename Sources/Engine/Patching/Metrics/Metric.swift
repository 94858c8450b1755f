/// What is computed from the scores over the vocabulary at the last position.
///
/// Each metric is a file in this folder and an entry in `allCases`; no other code depends on which metrics exist.
public struct Metric: Sendable, Hashable, RawRepresentable, CaseIterable, CustomStringConvertible {
  /// All metrics, in the order of the documentation.
  public static let allCases: [Metric] = [.logitDiff, .logit, .logProb, .prob, .choice, .margin, .kl, .rank]

  let definition: any MetricDefinition

  init(_ definition: any MetricDefinition) { self.definition = definition }

  /// The metric with this name in experiment and results files.
  public init?(rawValue: String) {
    guard let known = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = known
  }

  /// Its name in experiment and results files.
  public var rawValue: String { definition.name }

  public var description: String { rawValue }

  /// Whether the answer's and the wrong token's logits are enough to compute it.
  public var needsOnlyAnswers: Bool { !definition.needsVocabulary }

  /// Whether it compares the answer with a wrong token.
  public var needsWrong: Bool { definition.needsWrong }

  /// Why attribution patching cannot estimate a change of the metric; nil if it can.
  public var reasonAgainstEstimate: String? { definition.reasonAgainstEstimate }

  public static func == (a: Metric, b: Metric) -> Bool { a.rawValue == b.rawValue }

  public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
}

/// How a metric is computed, and its derivative.
protocol MetricDefinition: Sendable {
  /// Its name in experiment and results files.
  var name: String { get }
  /// Whether it reads the scores of tokens other than the answers and the wrong ones.
  var needsVocabulary: Bool { get }
  /// Whether it compares the answer with a wrong token.
  var needsWrong: Bool { get }
  /// Why it has no derivative that attribution patching could use; nil if it has one.
  var reasonAgainstEstimate: String? { get }

  func value(_ scores: PairScores) -> Double

  /// Adds the derivative with respect to each of the scores over the vocabulary.
  /// - Parameter gradient: [vocabulary], zeros.
  func addGradient(_ scores: PairScores, to gradient: inout [Double])
}

extension MetricDefinition {
  var needsVocabulary: Bool { false }
  var needsWrong: Bool { false }
  var reasonAgainstEstimate: String? { nil }
}

/// What a metric is computed from.
struct PairScores {
  let pair: PromptSet.Pair
  /// The logits of the pair's answers and wrong tokens.
  let answers: [Float]
  let wrongs: [Float]
  /// The logits of the whole vocabulary; empty if no metric needs them.
  let vocabulary: UnsafeBufferPointer<Float>
  /// Of the base run, if a metric compares with it.
  let base: LogProbabilities?

  /// The mean of some logits, in their own precision.
  static func mean(_ values: [Float]) -> Float {
    values.isEmpty ? .nan : values.reduce(0, +) / Float(values.count)
  }

  /// log sum exp over the vocabulary.
  var normaliser: Double { LogProbabilities.logSumExp(vocabulary) }
}
