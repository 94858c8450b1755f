import CLAPACK
import Foundation

/// A symmetric positive definite matrix in its factored form A = L L^T, for solving A x = b.
public struct CholeskyFactor: Sendable {
  /// In column order, the lower triangle is L.
  private let factor: [Double]
  public let size: Int

  /// Factors (dpotrf).
  /// - Parameter matrix: [size, size]; only the upper triangle is read.
  /// - Throws: `LinearAlgebraError` if an entry is not finite or the matrix is not positive definite.
  /// - Precondition: the matrix is square.
  public init(of matrix: DenseMatrix) throws(LinearAlgebraError) {
    precondition(matrix.rows == matrix.columns, "\(matrix.rows)x\(matrix.columns) is not square")
    try matrix.requireFinite()
    size = matrix.rows
    var work = matrix.values
    if size > 0 {
      let count = LAPACK.length(size)
      let info = LAPACK.call("dpotrf") {
        LAPACKE_dpotrf(LAPACK_COL_MAJOR, CChar(UInt8(ascii: "L")), count, &work, count)
      }
      guard info == 0 else { throw .notPositiveDefinite(order: info, size: matrix.rows) }
    }
    factor = work
  }

  /// Solves A x = b for x (dpotrs), [size].
  /// - Precondition: `b` has `size` numbers.
  public func solve(_ b: [Double]) -> [Double] {
    precondition(b.count == size, "\(b.count) numbers for \(size) unknowns")
    return solveRows(DenseMatrix(rows: 1, columns: size, values: b)).values
  }

  /// Row i of the result is the x of A x = (row i of `b`), [b.rows, size].
  /// - Precondition: `b` has `size` columns.
  public func solveRows(_ b: DenseMatrix) -> DenseMatrix {
    precondition(b.columns == size, "\(b.columns) numbers for \(size) unknowns")
    guard size > 0, b.rows > 0 else { return b }
    var result = b
    let count = LAPACK.length(size)
    let info = LAPACK.call("dpotrs") {
      LAPACKE_dpotrs(
        LAPACK_COL_MAJOR, CChar(UInt8(ascii: "L")), count, LAPACK.length(b.rows), factor, count, &result.values, count)
    }
    precondition(info == 0, "dpotrs knows no failure")
    return result
  }

  /// The inverse of A, [size, size].
  public var inverse: DenseMatrix { solveRows(.identity(size)) }

  /// The natural logarithm of A's determinant.
  public var logDeterminant: Double {
    2 * (0..<size).reduce(0) { $0 + log(factor[$1 * size + $1]) }
  }
}

extension CholeskyFactor {
  /// The factor; nil if the matrix is not positive definite, or only by rounding.
  /// - Throws: `LinearAlgebraError.notFinite`.
  static func ifPositiveDefinite(_ matrix: DenseMatrix) throws(LinearAlgebraError) -> CholeskyFactor? {
    do {
      let factor = try CholeskyFactor(of: matrix)
      return factor.isWellConditioned ? factor : nil
    } catch .notPositiveDefinite {
      return nil
    } catch {
      throw error
    }
  }

  /// Whether the ratio of the squared pivots stays within the precision of float64.
  private var isWellConditioned: Bool {
    let pivots = (0..<size).map { factor[$0 * size + $0] }
    guard let largest = pivots.max(), let smallest = pivots.min() else { return true }
    return smallest * smallest > Double(size) * Double.ulpOfOne * largest * largest
  }
}
