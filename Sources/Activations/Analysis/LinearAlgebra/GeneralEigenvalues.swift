import CLAPACK

/// A complex number: an eigenvalue of a matrix that need not be symmetric.
public struct ComplexValue: Sendable, Equatable {
  public let real: Double
  public let imaginary: Double

  public init(real: Double, imaginary: Double) {
    self.real = real
    self.imaginary = imaginary
  }

  /// The distance from zero.
  public var magnitude: Double { (real * real + imaginary * imaginary).squareRoot() }
}

extension DenseMatrix {
  /// The eigenvalues of a square matrix that need not be symmetric, in LAPACK's order: conjugate pairs are adjacent
  /// (dgeev), [rows].
  /// - Throws: `LinearAlgebraError` if an entry is not finite or LAPACK does not converge.
  /// - Precondition: the matrix is square.
  public func eigenvalues() throws(LinearAlgebraError) -> [ComplexValue] {
    precondition(rows == columns, "\(rows)x\(columns) is not square")
    try requireFinite()
    guard rows > 0 else { return [] }
    var work = values
    var real = [Double](repeating: 0, count: rows)
    var imaginary = real
    let size = LAPACK.length(rows)
    let no = CChar(UInt8(ascii: "N"))
    // A matrix and its transpose have the same eigenvalues, so rows may be read as columns.
    let info = LAPACK.call("dgeev") {
      LAPACKE_dgeev(LAPACK_COL_MAJOR, no, no, size, &work, size, &real, &imaginary, nil, 1, nil, 1)
    }
    guard info == 0 else { throw .noConvergence(decomposition: "eigendecomposition", rows: rows, columns: columns) }
    return zip(real, imaginary).map { ComplexValue(real: $0, imaginary: $1) }
  }
}
