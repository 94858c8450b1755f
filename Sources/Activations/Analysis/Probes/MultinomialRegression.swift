import Foundation
import Tensors

/// A logistic probe for several classes at the optimum of
///
///     L(W, b) = sum over examples of -log softmax(W x + b)[class] + penalty / 2 |W|^2,
///
/// which is scikit-learn's `LogisticRegression(C: 1 / penalty)` for more than two classes; biases are not penalised and
/// are given with sum 0.
public struct MultinomialRegression: Sendable, Equatable {
  /// Row c scores class c, [classes, width].
  public let weights: DenseMatrix
  /// [classes].
  public let biases: [Double]
  public let loss: Double
  public let steps: Int

  /// Fits by L-BFGS in coordinates in which the features' covariance is nearly the identity.
  ///
  /// The second derivatives lie between 0 and X^T X / 2 for each class (Böhning 1992), so a factor of X^T X + penalty
  /// turns a problem whose features differ in scale by thousands into one that takes some tens of steps.
  /// - Parameters:
  ///   - examples: with at least one example of each class.
  ///   - penalty: lambda, positive.
  ///   - tolerance: stops when the gradient, measured by the preconditioner, promises less than this share of L.
  /// - Throws: `AnalysisError` like the other probes; `LinearAlgebraError` if the penalty is too small for the data.
  public init(_ examples: Examples, penalty: Double, tolerance: Double = 1e-13, limit: Int = 2000) throws {
    guard penalty > 0, penalty.isFinite else {
      throw AnalysisError.penalty(method: "the multinomial probe", value: penalty)
    }
    try examples.requireClasses(1)
    guard examples.names.count > 1 else { throw AnalysisError.oneClass(examples.names.first ?? "") }
    let problem = try MultinomialProblem(examples, penalty: penalty)
    let optimum = try LimitedMemoryDescent(tolerance: tolerance, limit: limit).minimize(
      from: problem.start, method: "the multinomial probe", problem.evaluate, precondition: problem.precondition)
    let (weights, biases) = problem.unpacked(optimum.point)
    self.weights = weights
    let mean = biases.reduce(0, +) / Double(biases.count)
    self.biases = biases.map { $0 - mean }
    loss = optimum.value
    steps = optimum.steps
  }

  /// W x + b for each row, [rows, classes].
  public func scores(of rows: Matrix) -> DenseMatrix {
    var result = DenseMatrix(rows: rows.rows, columns: biases.count)
    for label in biases.indices {
      for (row, score) in rows.rowProducts(with: weights.row(label)).enumerated() {
        result.values[row * biases.count + label] = score + biases[label]
      }
    }
    return result
  }

  /// The class with the highest score for each row, [rows].
  public func predictions(of rows: Matrix) -> [Int] {
    let scores = self.scores(of: rows)
    return (0..<rows.rows).map { row in
      let values = scores.row(row)
      return values.indices.max { values[$0] < values[$1] } ?? 0
    }
  }
}

/// The loss of a multinomial probe and its derivative. A point holds each class's weights followed by its bias, for
/// centred rows.
struct MultinomialProblem {
  private let examples: Examples
  private let penalty: Double
  private let mean: [Double]
  private let factor: CholeskyFactor
  private let biasScale: Double
  private var classes: Int { examples.names.count }
  private var width: Int { examples.width }

  init(_ examples: Examples, penalty: Double) throws {
    self.examples = examples
    self.penalty = penalty
    var accumulator = MomentAccumulator(width: examples.width)
    try accumulator.add(examples.rows)
    let moments = try accumulator.moments()
    mean = moments.mean
    // The mean over classes of p (1 - p) at the start.
    let share = 1 / Double(examples.names.count)
    let curvature = share * (1 - share)
    var matrix = curvature * moments.totalScatter
    let jitter = 1e-7 * matrix.trace / Double(max(1, matrix.rows))
    for feature in 0..<matrix.rows { matrix[feature, feature] += penalty + jitter }
    factor = try CholeskyFactor(of: matrix)
    biasScale = curvature * Double(examples.count)
  }

  var start: [Double] { [Double](repeating: 0, count: classes * (width + 1)) }

  /// Approximately the inverse of the second derivatives, applied to a gradient.
  func precondition(_ gradient: [Double]) -> [Double] {
    var parts = DenseMatrix(rows: classes, columns: width)
    for label in 0..<classes {
      for feature in 0..<width { parts.values[label * width + feature] = gradient[label * (width + 1) + feature] }
    }
    let solved = factor.solveRows(parts)
    return (0..<classes).flatMap { label in solved.row(label) + [gradient[label * (width + 1) + width] / biasScale] }
  }

  /// L and its derivative.
  func evaluate(_ point: [Double]) -> (value: Double, gradient: [Double]) {
    let weights = (0..<classes).map { Array(point[$0 * (width + 1)..<$0 * (width + 1) + width]) }
    let offsets = weights.indices.map { point[$0 * (width + 1) + width] - Vectors.dot(weights[$0], mean) }
    var value = 0.0
    var sums = Array(repeating: [Double](repeating: 0, count: width), count: classes)
    var totals = [Double](repeating: 0, count: classes)
    // Blocks small enough to stay in the cache between the scores and the gradient.
    let block = 256
    for start in stride(from: 0, to: examples.count, by: block) {
      let range = start..<min(start + block, examples.count)
      let rows = examples.rows.rows(range)
      var scores = weights.indices.map { rows.rowProducts(with: weights[$0]) }
      for row in 0..<range.count {
        var largest = -Double.infinity
        for label in 0..<classes {
          scores[label][row] += offsets[label]
          largest = max(largest, scores[label][row])
        }
        let own = examples.classes[start + row]
        var sum = 0.0
        value += largest - scores[own][row]
        for label in 0..<classes {
          scores[label][row] = exp(scores[label][row] - largest)
          sum += scores[label][row]
        }
        value += log(sum)
        for label in 0..<classes {
          scores[label][row] = scores[label][row] / sum - (label == own ? 1 : 0)
          totals[label] += scores[label][row]
        }
      }
      for label in 0..<classes { rows.addRowSum(weights: scores[label], to: &sums[label]) }
    }
    var gradient: [Double] = []
    gradient.reserveCapacity(point.count)
    for label in 0..<classes {
      value += 0.5 * penalty * Vectors.dot(weights[label], weights[label])
      let centered = Vectors.adding(sums[label], -totals[label], mean)
      gradient += Vectors.adding(centered, penalty, weights[label])
      gradient.append(totals[label])
    }
    return (value, gradient)
  }

  /// A point as weights and biases for uncentred rows.
  func unpacked(_ point: [Double]) -> (DenseMatrix, [Double]) {
    let weights = (0..<classes).map { Array(point[$0 * (width + 1)..<$0 * (width + 1) + width]) }
    let biases = weights.indices.map { point[$0 * (width + 1) + width] - Vectors.dot(weights[$0], mean) }
    return (DenseMatrix(weights), biases)
  }
}
