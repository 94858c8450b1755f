import CLAPACK

extension DenseMatrix {
  /// left right, [left.rows, right.columns] (dgemm).
  /// - Precondition: `left` has as many columns as `right` has rows.
  public static func * (left: DenseMatrix, right: DenseMatrix) -> DenseMatrix {
    left.product(with: right, transposed: false, otherTransposed: false)
  }

  /// This matrix times the transpose of `other`, [rows, other.rows].
  /// - Precondition: as many columns as `other`.
  public func timesTransposed(_ other: DenseMatrix) -> DenseMatrix {
    product(with: other, transposed: false, otherTransposed: true)
  }

  /// The transpose of this matrix times `other`, [columns, other.columns].
  /// - Precondition: as many rows as `other`.
  public func transposedTimes(_ other: DenseMatrix) -> DenseMatrix {
    product(with: other, transposed: true, otherTransposed: false)
  }

  /// This matrix times a column, [rows].
  /// - Precondition: `vector` has `columns` numbers.
  public static func * (left: DenseMatrix, vector: [Double]) -> [Double] {
    (left * DenseMatrix(rows: vector.count, columns: 1, values: vector)).values
  }

  /// The columns, each scaled by its own factor.
  /// - Precondition: as many factors as columns.
  public func scalingColumns(by factors: [Double]) -> DenseMatrix {
    precondition(factors.count == columns, "\(factors.count) factors for \(columns) columns")
    var result = self
    for row in 0..<rows {
      for column in 0..<columns { result.values[row * columns + column] *= factors[column] }
    }
    return result
  }

  private func product(with other: DenseMatrix, transposed: Bool, otherTransposed: Bool) -> DenseMatrix {
    let (m, inner) = transposed ? (columns, rows) : (rows, columns)
    let (otherInner, n) = otherTransposed ? (other.columns, other.rows) : (other.rows, other.columns)
    precondition(inner == otherInner, "\(m)x\(inner) times \(otherInner)x\(n)")
    var result = DenseMatrix(rows: m, columns: n)
    guard m > 0, n > 0, inner > 0 else { return result }
    _ = LAPACK.call("dgemm") {
      cblas_dgemm(
        CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, otherTransposed ? CblasTrans : CblasNoTrans,
        LAPACK.length(m), LAPACK.length(n), LAPACK.length(inner), 1, values, LAPACK.length(columns), other.values,
        LAPACK.length(other.columns), 0, &result.values, LAPACK.length(n))
      return 0
    }
    return result
  }
}
