import CLAPACK

/// The eigenvalues and eigenvectors of a symmetric matrix: A = sum over i of values[i] v_i v_i^T.
public struct SymmetricEigen: Sendable, Equatable {
  /// Largest first, [size].
  public let values: [Double]
  /// Row i is the eigenvector of value i, of length 1; its sign is arbitrary, [size, size].
  public let vectors: DenseMatrix

  /// Decomposes by divide and conquer (dsyevd).
  /// - Parameter matrix: [size, size]; only the upper triangle is read.
  /// - Throws: `LinearAlgebraError` if an entry is not finite or LAPACK does not converge.
  /// - Precondition: the matrix is square.
  public init(of matrix: DenseMatrix) throws(LinearAlgebraError) {
    let size = matrix.rows
    precondition(size == matrix.columns, "\(matrix.rows)x\(matrix.columns) is not square")
    try matrix.requireFinite()
    guard size > 0 else {
      (values, vectors) = ([], matrix)
      return
    }
    var ascending = [Double](repeating: 0, count: size)
    var columns = matrix.values
    // The upper triangle by rows is the lower one by columns, which saves LAPACKE's transposed copies; the eigenvectors
    // then come back one after another.
    let info = LAPACK.call("dsyevd") {
      LAPACKE_dsyevd(
        LAPACK_COL_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "L")), LAPACK.length(size), &columns,
        LAPACK.length(size), &ascending)
    }
    guard info == 0 else { throw .noConvergence(decomposition: "eigendecomposition", rows: size, columns: size) }
    values = ascending.reversed()
    var descending: [Double] = []
    descending.reserveCapacity(size * size)
    for index in (0..<size).reversed() { descending += columns[index * size..<(index + 1) * size] }
    vectors = DenseMatrix(rows: size, columns: size, values: descending)
  }

  /// sum over i of function(values[i]) v_i v_i^T, [size, size]: the matrix's square root, its inverse, and so on.
  public func mapped(_ function: (Double) -> Double) -> DenseMatrix {
    vectors.transposedTimes(vectors.transposed.scalingColumns(by: values.map(function)).transposed)
  }
}
