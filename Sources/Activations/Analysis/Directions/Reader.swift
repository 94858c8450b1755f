import Tensors

/// A direction with a threshold and a calibration, which reads the class of an activation.
public struct Reader: Sendable, Equatable {
  public let method: ReaderMethod
  public let direction: Direction
  /// score(x) = weights.x + bias; positive for class 1. The scores of the logistic probe and the discriminant are log
  /// odds. For the other methods the weights are the direction of length 1, and score 0 lies halfway between the class
  /// means of the training examples.
  public let weights: [Double]
  public let bias: Double
  /// The probability of class 1 is the logistic function of slope * score + intercept.
  public let calibration: Calibration

  /// Trains a reader.
  /// - Parameters:
  ///   - examples: the training examples, of two classes.
  ///   - pairs: the same examples in pairs, needed by `.pairedComponent` only.
  /// - Throws: `AnalysisError` for examples that yield no direction; `LinearAlgebraError`.
  public init(_ method: ReaderMethod, training examples: Examples, pairs: Pairs? = nil) throws {
    try examples.requireTwoClasses("the \(method.name)")
    self.method = method
    switch method {
    case .logistic(let penalty):
      let fit = try LogisticRegression(examples, penalty: penalty)
      direction = try Direction(fit.weights, method: "the \(method.name)")
      (weights, bias, calibration) = (fit.weights, fit.bias, .identity)
    case .linearDiscriminant(let shrinkage):
      let fit = try examples.moments(forShrinkage: shrinkage).linearDiscriminant(shrinkage: shrinkage)
      direction = try Direction(fit.weights, method: "the \(method.name)")
      (weights, bias, calibration) = (fit.weights, fit.bias, .identity)
    case .meanDifference, .pairedComponent, .leace, .random:
      let moments = try method == .leace ? examples.preciseMoments() : examples.moments(covariance: .none)
      let found = try Self.direction(method, examples, moments, pairs)
      // Whatever the method, the direction points from class 0 to class 1.
      let means = (0..<2).map { Vectors.dot(found.unit, moments.classMeans.row($0)) }
      direction = means[1] < means[0] ? found.reversed : found
      weights = direction.unit
      let middle = (means[0] + means[1]) / 2
      bias = means[1] < means[0] ? middle : -middle
      let offset = bias
      let scores = examples.rows.rowProducts(with: weights).map { $0 + offset }
      calibration = Calibration(scores: scores, classes: examples.classes)
    }
  }

  private static func direction(
    _ method: ReaderMethod, _ examples: Examples, _ moments: Moments, _ pairs: Pairs?
  ) throws -> Direction {
    switch method {
    case .pairedComponent(let order):
      guard let pairs else { throw AnalysisError.tooFewPairs(found: 0, needed: 2) }
      guard pairs.width == examples.width else {
        throw AnalysisError.otherWidth(found: pairs.width, expected: examples.width)
      }
      return try pairs.principalDirection(order: order)
    case .leace:
      let eraser = try ConceptEraser(moments)
      return try Direction(eraser.reading.row(0), method: "LEACE")
    case .random(let seed): return Direction.random(width: examples.width, seed: seed)
    default: return try moments.meanDifference()
    }
  }

  /// weights.x + bias for each row, [rows].
  public func scores(of rows: Matrix) -> [Double] { rows.rowProducts(with: weights).map { $0 + bias } }

  /// Scores the reader on examples it was not trained on.
  /// - Parameters:
  ///   - examples: of two classes.
  ///   - intervals: how the intervals are drawn.
  /// - Throws: `AnalysisError` unless there are examples of both classes.
  public func scored(on examples: Examples, intervals: Bootstrap = Bootstrap()) throws(AnalysisError) -> ReaderScores {
    guard examples.width == weights.count else {
      throw .otherWidth(found: examples.width, expected: weights.count)
    }
    try examples.requireTwoClasses("the \(method.name)")
    let scores = self.scores(of: examples.rows)
    return ReaderScores(
      scores: scores, probabilities: scores.map(calibration.probability), classes: examples.classes,
      weightLength: Vectors.norm(weights), intervals: intervals)
  }
}
