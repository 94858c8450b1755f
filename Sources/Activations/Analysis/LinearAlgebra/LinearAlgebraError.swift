import Diagnostics

/// Numbers for which a computation fails. Wrong shapes are the caller's mistake and stop the program instead.
public enum LinearAlgebraError: DiagnosedError, Equatable {
  /// An entry of the matrix is NaN or infinite.
  case notFinite(row: Int, column: Int)
  /// The matrix to be factored is singular or has a negative eigenvalue, as the leading minor of this order shows.
  case notPositiveDefinite(order: Int, size: Int)
  /// LAPACK's iteration did not converge.
  case noConvergence(decomposition: String, rows: Int, columns: Int)

  public var kind: FailureKind { .badData }
}
