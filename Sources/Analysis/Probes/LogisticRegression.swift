import Foundation
import Tensors

/// A logistic probe for two classes at the optimum of
///
///     L(w, b) = sum over examples of log(1 + exp(-s (w.x + b))) + penalty / 2 |w|^2,   s = 1 for class 1 and -1 for class 0,
///
/// which is scikit-learn's `LogisticRegression(C: 1 / penalty)`; the bias is not penalised.
public struct LogisticRegression: Sendable, Equatable {
  /// [width].
  public let weights: [Double]
  public let bias: Double
  /// L at the optimum.
  public let loss: Double
  /// Newton steps taken.
  public let steps: Int

  /// Fits by Newton's method with backtracking.
  ///
  /// Gradients and losses are float64. The matrix of second derivatives is multiplied in float32, in blocks; what it lacks in precision costs at most
  /// a step more and does not move the optimum.
  /// - Parameters:
  ///   - rows: [examples, width].
  ///   - classes: 0 or 1 for each.
  ///   - penalty: lambda, positive.
  ///   - tolerance: ends when a step would lower L by less than this share of it.
  /// - Throws: `AnalysisError` for a penalty that is not positive, examples of one class, or no convergence.
  public init(
    rows: Matrix, classes: [Int], penalty: Double, tolerance: Double = 1e-12, limit: Int = 100
  ) throws(AnalysisError) {
    let examples = try Examples(rows: rows, classes: classes, names: ["0", "1"])
    try self.init(examples, penalty: penalty, tolerance: tolerance, limit: limit)
  }

  /// As above, for examples of two classes.
  public init(
    _ examples: Examples, penalty: Double, tolerance: Double = 1e-12, limit: Int = 100
  ) throws(AnalysisError) {
    guard penalty > 0, penalty.isFinite else { throw .penalty(method: "the logistic probe", value: penalty) }
    try examples.requireTwoClasses("the logistic probe")
    var state = LogisticProblem(examples, penalty: penalty)
    var steps = 0
    while true {
      guard steps < limit else { throw .noConvergence(method: "the logistic probe", steps: limit) }
      steps += 1
      if !state.step(tolerance: tolerance) { break }
    }
    (weights, bias, loss) = (state.weights, state.bias, state.loss)
    self.steps = steps
  }

  /// w.x + b for each row, [rows].
  public func scores(of rows: Matrix) -> [Double] { rows.rowProducts(with: weights).map { $0 + bias } }
}

/// The state of the Newton iteration. Rows are centred on their mean throughout, which leaves weights and loss as they are and moves the bias by w.mean.
struct LogisticProblem {
  private let rows: Matrix
  private let targets: [Double]
  private let penalty: Double
  private let mean: [Double]
  private let center: [Float]
  private(set) var weights: [Double]
  /// The bias for centred rows.
  private var centeredBias: Double
  /// w.(x - mean) + centred bias for each row.
  private var scores: [Double]
  private(set) var loss: Double

  init(_ examples: Examples, penalty: Double) {
    rows = examples.rows
    targets = examples.classes.map(Double.init)
    self.penalty = penalty
    var sum = [Double](repeating: 0, count: rows.columns)
    rows.addRowSum(to: &sum)
    center = sum.map { Float($0 / Double(examples.count)) }
    mean = center.map(Double.init)
    weights = [Double](repeating: 0, count: rows.columns)
    let share = targets.reduce(0, +) / Double(targets.count)
    centeredBias = log(share / (1 - share))
    scores = [Double](repeating: centeredBias, count: targets.count)
    loss = 0
    loss = Self.loss(scores, targets, penalty, weights)
  }

  /// The bias for rows as they are.
  var bias: Double { centeredBias - Vectors.dot(weights, mean) }

  /// One Newton step.
  /// - Returns: false when there was nothing left to gain, or rounding left nothing to see.
  mutating func step(tolerance: Double) -> Bool {
    let probabilities = scores.map(Logistic.probability)
    let residuals = zip(probabilities, targets).map { $0 - $1 }
    var gradient = centeredSum(residuals)
    gradient = Vectors.adding(gradient, penalty, weights)
    let biasGradient = residuals.reduce(0, +)
    let curvatures = probabilities.map { max($0 * (1 - $0), 1e-12) }
    let second = SecondDerivatives(rows: rows, center: center, curvatures: curvatures, penalty: penalty)
    let (direction, biasDirection) = second.solve(gradient, biasGradient)
    // Twice what a quadratic would gain.
    let decrement = Vectors.dot(direction, gradient) + biasDirection * biasGradient
    let along = centeredScores(direction).map { $0 + biasDirection }
    var (length, accepted) = (1.0, false)
    for _ in 0..<40 {
      let trial = zip(scores, along).map { $0 - length * $1 }
      let trialWeights = Vectors.adding(weights, -length, direction)
      let trialLoss = Self.loss(trial, targets, penalty, trialWeights)
      if trialLoss <= loss - 1e-4 * length * decrement || (decrement < 1e-9 * (1 + loss) && trialLoss <= loss) {
        (scores, weights, loss) = (trial, trialWeights, trialLoss)
        centeredBias -= length * biasDirection
        accepted = true
        break
      }
      length /= 2
    }
    return accepted && decrement > 2 * tolerance * (1 + loss)
  }

  /// sum of weight (x - mean), [width].
  private func centeredSum(_ factors: [Double]) -> [Double] {
    var sum = [Double](repeating: 0, count: rows.columns)
    rows.addRowSum(weights: factors, to: &sum)
    return Vectors.adding(sum, -factors.reduce(0, +), mean)
  }

  /// vector.(x - mean) for each row.
  private func centeredScores(_ vector: [Double]) -> [Double] {
    let offset = Vectors.dot(vector, mean)
    return rows.rowProducts(with: vector).map { $0 - offset }
  }

  private static func loss(_ scores: [Double], _ targets: [Double], _ penalty: Double, _ weights: [Double]) -> Double {
    var sum = 0.5 * penalty * Vectors.dot(weights, weights)
    for (score, target) in zip(scores, targets) { sum += Logistic.softplus(score) - target * score }
    return sum
  }
}

/// The second derivatives of the loss, factored: [[X^T S X + penalty, X^T S 1], [1^T S X, 1^T S 1]] for centred rows X.
struct SecondDerivatives {
  private let factor: CholeskyFactor
  /// X^T S 1, [width], and what solving with it gives.
  private let border: [Double]
  private let solvedBorder: [Double]
  private let corner: Double

  init(rows: Matrix, center: [Float], curvatures: [Double], penalty: Double) {
    let width = rows.columns
    var gram = [Double](repeating: 0, count: width * width)
    var border = [Double](repeating: 0, count: width)
    for start in stride(from: 0, to: rows.rows, by: MomentAccumulator.blockRows) {
      let end = min(start + MomentAccumulator.blockRows, rows.rows)
      let roots = curvatures[start..<end].map { Float($0.squareRoot()) }
      let scaled = rows.rows(start..<end).centered(by: center, factors: roots)
      GramProducts.addSymmetric(scaled.matrix, to: &gram)
      scaled.matrix.addRowSum(weights: roots.map(Double.init), to: &border)
    }
    let trace = (0..<width).reduce(0) { $0 + gram[$1 * width + $1] }
    corner = curvatures.reduce(0, +)
    var matrix = DenseMatrix(rows: width, columns: width, values: gram)
    var added = penalty
    while true {
      for feature in 0..<width { matrix[feature, feature] = gram[feature * width + feature] + added }
      do {
        factor = try CholeskyFactor(of: matrix)
        break
      } catch {
        // Float32 products of fewer examples than features can leave eigenvalues below zero by their rounding; a little more on the diagonal
        // shortens the step and leaves the optimum where it is.
        precondition(added < 1e30 * (1 + trace), "second derivatives that are not finite")
        added = max(10 * added, 1e-7 * trace / Double(width))
      }
    }
    self.border = border
    solvedBorder = factor.solve(border)
  }

  /// The step that the gradient asks for.
  func solve(_ gradient: [Double], _ biasGradient: Double) -> (direction: [Double], bias: Double) {
    let solved = factor.solve(gradient)
    let rest = corner - Vectors.dot(border, solvedBorder)
    guard rest > 1e-12 * corner else { return (solved, 0) }
    let bias = (biasGradient - Vectors.dot(border, solved)) / rest
    return (Vectors.adding(solved, -bias, solvedBorder), bias)
  }

  /// Row i of the outcome: the step that row i of `gradients` asks for; its last entry is for the bias.
  func solveRows(_ gradients: DenseMatrix, _ biasGradients: [Double]) -> (directions: DenseMatrix, biases: [Double]) {
    var solved = factor.solveRows(gradients)
    let rest = corner - Vectors.dot(border, solvedBorder)
    var biases = [Double](repeating: 0, count: gradients.rows)
    for row in 0..<gradients.rows where rest > 1e-12 * corner {
      let vector = solved.row(row)
      biases[row] = (biasGradients[row] - Vectors.dot(border, vector)) / rest
      for feature in vector.indices {
        solved.values[row * solved.columns + feature] -= biases[row] * solvedBorder[feature]
      }
    }
    return (solved, biases)
  }
}

/// The logistic function and its kin, without overflow.
enum Logistic {
  /// 1 / (1 + exp(-x)).
  static func probability(_ x: Double) -> Double {
    if x >= 0 { return 1 / (1 + exp(-x)) }
    let e = exp(x)
    return e / (1 + e)
  }

  /// log(1 + exp(x)).
  static func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
}
