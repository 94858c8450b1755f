import CLAPACK
import Tensors

/// What is asked of LAPACK about matrices as wide as a head.
enum SmallMatrices {
  /// The eigenvalues of a real square matrix, in double precision (`dgeev`).
  /// - Parameter matrix: [n, n].
  /// - Throws: `HeadsError.noEigenvalues` for numbers that are not finite or an iteration that does not end.
  static func eigenvalues(of matrix: Tensor) throws(HeadsError) -> [(real: Double, imaginary: Double)] {
    let n = matrix.shape[0]
    precondition(matrix.shape == [n, n], "\(matrix.shape) is not square")
    guard n > 0 else { return [] }
    var entries = matrix.values.map(Double.init)
    guard entries.allSatisfy(\.isFinite) else { throw .noEigenvalues(size: n, status: 0) }
    var (real, imaginary) = ([Double](repeating: 0, count: n), [Double](repeating: 0, count: n))
    let size = Int32(n)
    // A matrix has its transpose's eigenvalues; column order saves LAPACKE a copy.
    let status = LAPACKE_dgeev(
      LAPACK_COL_MAJOR, CChar(UInt8(ascii: "N")), CChar(UInt8(ascii: "N")), size, &entries, size, &real, &imaginary,
      nil, 1, nil, 1)
    guard status == 0 else { throw .noEigenvalues(size: n, status: Int(status)) }
    return zip(real, imaginary).map { ($0, $1) }
  }

  /// R [n, n] with R^T R equal to a symmetric positive semidefinite matrix: the Cholesky factor with pivoting (`dpstrf`), the columns put back
  /// into their order. Where the rank is less than n, the last rows are 0.
  /// - Parameter gram: [n, n].
  static func root(ofGram gram: Tensor) throws(HeadsError) -> Tensor {
    let n = gram.shape[0]
    precondition(gram.shape == [n, n], "\(gram.shape) is not square")
    guard n > 0 else { return gram }
    var entries = gram.values.map(Double.init)
    guard entries.allSatisfy(\.isFinite) else { throw .noEigenvalues(size: n, status: 0) }
    var pivots = [Int32](repeating: 0, count: n)
    var rank: Int32 = 0
    let size = Int32(n)
    // A positive status only says that the rank is not full.
    let status = LAPACKE_dpstrf(
      LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "U")), size, &entries, size, &pivots, &rank, -1)
    precondition(status >= 0, "LAPACK refused argument \(-status) of dpstrf")
    var root = [Float](repeating: 0, count: n * n)
    for row in 0..<Int(rank) {
      for column in row..<n { root[row * n + Int(pivots[column]) - 1] = Float(entries[row * n + column]) }
    }
    return Tensor(shape: [n, n], root)
  }
}
