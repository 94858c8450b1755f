import CLAPACK

/// The singular value decomposition: A = sum over i of values[i] left_i right_i^T.
public struct SingularValues: Sendable, Equatable {
  /// Largest first, [k] with k = min(rows, columns).
  public let values: [Double]
  /// Row i is the left singular vector of value i, [k, rows].
  public let left: DenseMatrix
  /// Row i is the right singular vector of value i, [k, columns].
  public let right: DenseMatrix

  /// Decomposes by divide and conquer (dgesdd).
  /// - Throws: `LinearAlgebraError` if an entry is not finite or LAPACK does not converge.
  public init(of matrix: DenseMatrix) throws(LinearAlgebraError) {
    let (rows, columns) = (matrix.rows, matrix.columns)
    let count = min(rows, columns)
    try matrix.requireFinite()
    guard count > 0 else {
      (values, left, right) = ([], DenseMatrix(rows: 0, columns: rows), DenseMatrix(rows: 0, columns: columns))
      return
    }
    var work = matrix.values
    var singular = [Double](repeating: 0, count: count)
    var u = [Double](repeating: 0, count: count * columns)
    var v = [Double](repeating: 0, count: count * rows)
    // Read by columns, the rows are the transpose: its left vectors are this matrix's right ones, returned one after
    // another.
    let info = LAPACK.call("dgesdd") {
      LAPACKE_dgesdd(
        LAPACK_COL_MAJOR, CChar(UInt8(ascii: "S")), LAPACK.length(columns), LAPACK.length(rows), &work,
        LAPACK.length(columns), &singular, &u, LAPACK.length(columns), &v, LAPACK.length(count))
    }
    guard info == 0 else {
      throw .noConvergence(decomposition: "singular value decomposition", rows: rows, columns: columns)
    }
    values = singular
    right = DenseMatrix(rows: count, columns: columns, values: u)
    left = DenseMatrix(rows: rows, columns: count, values: v).transposed
  }
}
