/// Turns data with a given covariance into data whose covariance is the identity, and back, in the subspace in which
/// the data vary.
public struct Whitening: Sendable {
  /// The covariance's inverse square root (of its pseudo-inverse): x becomes `whitening` (x - mean), [size, size],
  /// symmetric.
  public let whitening: DenseMatrix
  /// The covariance's square root, the pseudo-inverse of `whitening`, [size, size], symmetric.
  public let coloring: DenseMatrix
  /// The dimension of the subspace in which the data vary.
  public let rank: Int

  /// - Parameters:
  ///   - covariance: [size, size], symmetric.
  ///   - tolerance: eigenvalues up to this share of the largest count as zero. nil: size times the spacing of float64
  ///     numbers, as in numpy's `matrix_rank`.
  /// - Throws: `LinearAlgebraError` if an entry is not finite or LAPACK does not converge.
  public init(covariance: DenseMatrix, tolerance: Double? = nil) throws(LinearAlgebraError) {
    let eigen = try SymmetricEigen(of: covariance)
    let floor = (tolerance ?? Double(covariance.rows) * Double.ulpOfOne) * max(0, eigen.values.first ?? 0)
    whitening = eigen.mapped { $0 > floor ? 1 / $0.squareRoot() : 0 }
    coloring = eigen.mapped { $0 > floor ? $0.squareRoot() : 0 }
    rank = eigen.values.count { $0 > floor }
  }
}

/// The generalised symmetric problem A v = lambda B v with B positive definite, as in linear discriminant analysis.
public struct GeneralizedEigen: Sendable {
  /// Largest first, [size].
  public let values: [Double]
  /// Row i is the vector of value i, with v^T B v = 1, [size, size].
  public let vectors: DenseMatrix

  /// - Parameters:
  ///   - a: [size, size], symmetric.
  ///   - b: [size, size], symmetric.
  ///   - tolerance: as in `Whitening`; if `b` is singular, the problem is solved in the subspace where it is not, and
  ///     the other values are 0.
  /// - Throws: `LinearAlgebraError` if an entry is not finite or LAPACK does not converge.
  public init(_ a: DenseMatrix, _ b: DenseMatrix, tolerance: Double? = nil) throws(LinearAlgebraError) {
    let whitening = try Whitening(covariance: b, tolerance: tolerance).whitening
    let eigen = try SymmetricEigen(of: whitening * a * whitening)
    values = eigen.values
    vectors = eigen.vectors * whitening
  }
}
