extension LinearAlgebraError {
  public var message: String {
    switch self {
    case .notFinite(let row, let column):
      "a matrix to be decomposed holds a number that is not finite, in row \(row) and column \(column)"
    case .notPositiveDefinite(let order, let size):
      """
      a \(size)x\(size) matrix is not positive definite (its leading minor of order \(order) is not positive); use more examples than \
      features, or more regularisation
      """
    case .noConvergence(let decomposition, let rows, let columns):
      "the \(decomposition) of a \(rows)x\(columns) matrix did not converge; are its numbers of extremely different sizes?"
    }
  }
}

extension DenseMatrix {
  /// - Throws: `LinearAlgebraError.notFinite` for the first number that is NaN or infinite.
  func requireFinite() throws(LinearAlgebraError) {
    guard let bad = values.firstIndex(where: { !$0.isFinite }) else { return }
    throw .notFinite(row: bad / columns, column: bad % columns)
  }
}
