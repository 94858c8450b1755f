import Diagnostics

/// What numbers can refuse to have done to them. Wrong shapes are the caller's mistake and end the program instead.
public enum LinearAlgebraError: DiagnosedError, Equatable {
  /// An entry of the matrix is NaN or infinite.
  case notFinite(row: Int, column: Int)
  /// The matrix to be factored is singular or has a negative eigenvalue; the leading minor of this order shows it.
  case notPositiveDefinite(order: Int, size: Int)
  /// LAPACK's iteration did not come to its end.
  case noConvergence(decomposition: String, rows: Int, columns: Int)

  public var kind: FailureKind { .badData }
}
