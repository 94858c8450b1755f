import Tensors

/// The second derivatives of the loss, factored: [[X^T S X + penalty, X^T S 1], [1^T S X, 1^T S 1]] for centred rows X.
struct SecondDerivatives {
  private let factor: CholeskyFactor
  /// X^T S 1, [width], and the solution with it.
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
        // With fewer examples than features, float32 rounding can make eigenvalues negative; adding a little to the
        // diagonal shortens the step and leaves the optimum unchanged.
        precondition(added < 1e30 * (1 + trace), "second derivatives that are not finite")
        added = max(10 * added, 1e-7 * trace / Double(width))
      }
    }
    self.border = border
    solvedBorder = factor.solve(border)
  }

  /// The Newton step for a gradient; its last entry, like the gradient's, is for the bias, [width + 1].
  func solve(_ gradient: [Double]) -> [Double] {
    let solved = factor.solve(Array(gradient.dropLast()))
    let rest = corner - Vectors.dot(border, solvedBorder)
    guard rest > 1e-12 * corner else { return solved + [0] }
    let bias = (gradient[gradient.count - 1] - Vectors.dot(border, solved)) / rest
    return Vectors.adding(solved, -bias, solvedBorder) + [bias]
  }

  /// Row i of the result is the step for row i of `gradients`; its last entry is for the bias.
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
