import Tensors

/// A logistic probe for two classes at the optimum of
///
///     L(w, b) = sum over examples of log(1 + exp(-s (w.x + b))) + penalty / 2 |w|^2,
///
/// with s = 1 for class 1 and -1 for class 0, which is scikit-learn's `LogisticRegression(C: 1 / penalty)`; the bias is
/// not penalised.
public struct LogisticRegression: Sendable, Equatable {
  /// [width].
  public let weights: [Double]
  public let bias: Double
  /// L at the optimum.
  public let loss: Double
  /// Steps taken.
  public let steps: Int

  /// Fits by L-BFGS, preconditioned with the matrix of second derivatives, which is recomputed every few steps; see
  /// `LogisticProblem`.
  ///
  /// Gradients and losses are float64. Second derivatives are multiplied in float32, in blocks; their lower precision
  /// costs one more step at most and does not move the optimum.
  /// - Parameters:
  ///   - rows: [examples, width].
  ///   - classes: 0 or 1 for each.
  ///   - penalty: lambda, positive.
  ///   - tolerance: stops when a step would lower L by less than this share of it.
  /// - Throws: `AnalysisError` for a penalty that is not positive, examples of one class, or no convergence.
  public init(
    rows: Matrix, classes: [Int], penalty: Double, tolerance: Double = 1e-12, limit: Int = 1000
  ) throws(AnalysisError) {
    let examples = try Examples(rows: rows, classes: classes, names: ["0", "1"])
    try self.init(examples, penalty: penalty, tolerance: tolerance, limit: limit)
  }

  /// As above, for examples of two classes.
  public init(
    _ examples: Examples, penalty: Double, tolerance: Double = 1e-12, limit: Int = 1000
  ) throws(AnalysisError) {
    guard penalty > 0, penalty.isFinite else { throw .penalty(method: "the logistic probe", value: penalty) }
    try examples.requireTwoClasses("the logistic probe")
    var state = LogisticProblem(examples, penalty: penalty)
    steps = try state.minimize(tolerance: tolerance, limit: limit)
    (weights, bias, loss) = (state.weights, state.bias, state.loss)
  }

  /// w.x + b for each row, [rows].
  public func scores(of rows: Matrix) -> [Double] { rows.rowProducts(with: weights).map { $0 + bias } }
}
