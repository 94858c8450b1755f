import CLAPACK

extension DenseMatrix {
  /// R with R^T R equal to this symmetric positive semidefinite matrix, [rows, rows]: the Cholesky factor with
  /// pivoting, its columns back in their original order (dpstrf). If the rank is not full, the last rows are 0.
  /// - Throws: `LinearAlgebraError.notFinite`.
  /// - Precondition: the matrix is square.
  func semidefiniteRoot() throws(LinearAlgebraError) -> DenseMatrix {
    precondition(rows == columns, "\(rows)x\(columns) is not square")
    try requireFinite()
    var root = DenseMatrix(rows: rows, columns: rows)
    guard rows > 0 else { return root }
    var work = values
    var pivots = [Int32](repeating: 0, count: rows)
    var rank: Int32 = 0
    let size = LAPACK.length(rows)
    // The matrix is symmetric, so rows may be read as columns; the lower triangle by columns is then the upper one by
    // rows. A positive info means that the rank is not full.
    _ = LAPACK.call("dpstrf") {
      LAPACKE_dpstrf(LAPACK_COL_MAJOR, CChar(UInt8(ascii: "L")), size, &work, size, &pivots, &rank, -1)
    }
    for row in 0..<Int(rank) {
      for column in row..<rows { root[row, Int(pivots[column]) - 1] = work[row * rows + column] }
    }
    return root
  }
}
