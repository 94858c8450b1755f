import Tensors

/// The directions along which examples vary most.
public struct PrincipalComponents: Sendable, Equatable {
  /// [width].
  public let mean: [Double]
  /// Row i is axis i, of length 1, signed so that its entry of largest magnitude is positive, [count, width].
  public let axes: DenseMatrix
  /// The variance along each axis (divided by the number of examples less one), largest first, [count].
  public let variances: [Double]
  /// The sum of the variances along all axes, kept or not.
  public let totalVariance: Double
  /// (sum of all variances)^2 / (sum of their squares): how many directions share the variance; 1 for a line, the width
  /// for a ball.
  public let participationRatio: Double

  /// The share of the total variance along each axis, [count].
  public var explained: [Double] { variances.map { $0 / totalVariance } }

  /// - Parameters:
  ///   - moments: with covariances.
  ///   - count: how many components; nil for all.
  /// - Throws: `AnalysisError` for fewer than two examples, more components than features, or examples that are all the
  ///   same; `LinearAlgebraError`.
  public init(_ moments: Moments, count: Int? = nil) throws {
    guard moments.count > 1 else {
      throw AnalysisError.tooFewExamples(purpose: "a principal component", found: moments.count, needed: 2)
    }
    let covariance = moments.covariance
    let count = count ?? moments.width
    guard count <= moments.width else {
      throw AnalysisError.tooMany(what: "components", asked: count, limit: moments.width)
    }
    totalVariance = covariance.trace
    guard totalVariance > 0 else { throw AnalysisError.noVariance(method: "principal component analysis") }
    // The sum of the squared eigenvalues is the sum of all squared entries.
    let squares = covariance.norm * covariance.norm
    participationRatio = totalVariance * totalVariance / squares
    mean = moments.mean
    let leading = try LeadingEigen(of: covariance, count: count)
    variances = leading.values.map { max(0, $0) }
    axes = leading.vectors.signedByLargestEntry
  }

  /// (x - mean) along each axis, [rows, count].
  public func projections(of rows: Matrix) -> DenseMatrix {
    var result = DenseMatrix(rows: rows.rows, columns: axes.rows)
    for axis in 0..<axes.rows {
      let vector = axes.row(axis)
      let offset = Vectors.dot(vector, mean)
      for (row, value) in rows.rowProducts(with: vector).enumerated() {
        result.values[row * axes.rows + axis] = value - offset
      }
    }
    return result
  }
}

extension DenseMatrix {
  /// Each row signed so that its entry of largest magnitude is positive: eigenvectors have no sign of their own.
  var signedByLargestEntry: DenseMatrix {
    var result = self
    for row in 0..<rows {
      let range = row * columns..<(row + 1) * columns
      guard let largest = values[range].max(by: { abs($0) < abs($1) }), largest < 0 else { continue }
      for index in range { result.values[index] = -values[index] }
    }
    return result
  }
}
