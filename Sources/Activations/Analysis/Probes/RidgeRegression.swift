import Tensors

/// A linear probe for a number: the minimum of sum (w.x + b - label)^2 + penalty |w|^2, like scikit-learn's
/// `Ridge(alpha: penalty)`.
public struct RidgeRegression: Sendable, Equatable {
  /// [width].
  public let weights: [Double]
  public let bias: Double

  /// - Throws: `AnalysisError` for a penalty that is not positive or labels that are all the same; `LinearAlgebraError`
  ///   if the penalty is too small for the data.
  public init(_ moments: LabelMoments, penalty: Double) throws {
    try self.init(moments, penalty: penalty) { _ in nil }
  }

  /// From the rows themselves: residuals in float64 correct the gradient for what float32 products lost, which the
  /// moments alone cannot do.
  /// - Throws: as `init(_:penalty:)`.
  public init(rows: Matrix, numbers: [Double], penalty: Double) throws {
    var accumulator = LabelMomentAccumulator(width: rows.columns)
    try accumulator.add(rows, numbers: numbers)
    let moments = try accumulator.moments()
    let mean = moments.features.mean
    try self.init(moments, penalty: penalty) { weights in
      let offset = Vectors.dot(weights, mean)
      let residuals = zip(rows.rowProducts(with: weights), numbers).map { $1 - moments.labelMean - ($0 - offset) }
      var gradient = [Double](repeating: 0, count: rows.columns)
      rows.addRowSum(weights: residuals, to: &gradient)
      // Of centred rows; the residuals' sum is 0 except for rounding.
      gradient = Vectors.adding(gradient, -residuals.reduce(0, +), mean)
      return Vectors.adding(gradient, -penalty, weights)
    }
  }

  /// - Parameter gradient: half the loss's downward slope at some weights, more precise than from the moments; nil if
  ///   not available.
  private init(_ moments: LabelMoments, penalty: Double, gradient: ([Double]) -> [Double]?) throws {
    guard penalty > 0, penalty.isFinite else { throw AnalysisError.penalty(method: "the ridge probe", value: penalty) }
    guard moments.features.count > 1 else {
      throw AnalysisError.tooFewExamples(purpose: "the ridge probe", found: moments.features.count, needed: 2)
    }
    guard moments.labelScatter > 0 else { throw AnalysisError.noVariance(method: "the ridge probe, in its labels,") }
    var matrix = moments.features.totalScatter
    for feature in 0..<matrix.rows { matrix[feature, feature] += penalty }
    let factor = try CholeskyFactor(of: matrix)
    var weights = factor.solve(moments.crossScatter)
    for _ in 0..<3 {
      guard let rest = gradient(weights) else { break }
      weights = Vectors.adding(weights, 1, factor.solve(rest))
    }
    self.weights = weights
    bias = moments.labelMean - Vectors.dot(weights, moments.features.mean)
  }

  /// w.x + b for each row, [rows].
  public func predictions(of rows: Matrix) -> [Double] { rows.rowProducts(with: weights).map { $0 + bias } }

  /// The share of the labels' variance that the predictions explain: 1 - sum (label - prediction)^2 / sum (label -
  /// mean)^2.
  /// - Precondition: as many labels as predictions.
  public static func explained(_ labels: [Double], by predictions: [Double]) -> Double {
    precondition(labels.count == predictions.count, "\(predictions.count) predictions of \(labels.count) labels")
    let mean = labels.reduce(0, +) / Double(max(1, labels.count))
    let rest = zip(labels, predictions).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let whole = labels.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return 1 - rest / whole
  }
}
