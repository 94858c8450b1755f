import Diagnostics

/// The largest few eigenvalues of a symmetric positive semidefinite matrix with their eigenvectors.
///
/// Uses a block Krylov iteration (Golub and Underwood 1977; Musco and Musco 2015) with restarts if only a few of many
/// are wanted. Each eigenpair returned has a residual |A v - value v| below 1e-9 of the largest eigenvalue; otherwise
/// the whole matrix is decomposed after all. For 10 of 768 it takes a tenth of the time of the whole decomposition.
public struct LeadingEigen: Sendable, Equatable {
  /// Largest first, [count].
  public let values: [Double]
  /// Row i is the eigenvector of value i, of length 1, [count, size].
  public let vectors: DenseMatrix

  private static let residual = 1e-9
  /// Products with the matrix in each round, and the number of rounds.
  private static let depth = 8
  private static let rounds = 12

  /// - Parameters:
  ///   - matrix: [size, size], symmetric, with no negative eigenvalues except by rounding.
  ///   - count: at most `size`.
  /// - Throws: `LinearAlgebraError` as `SymmetricEigen`.
  public init(of matrix: DenseMatrix, count: Int) throws(LinearAlgebraError) {
    let size = matrix.rows
    precondition(size == matrix.columns && count >= 0 && count <= size, "\(count) of \(matrix.rows)x\(matrix.columns)")
    try matrix.requireFinite()
    if size >= 128, count * 16 <= size, let found = try Self.krylov(matrix, count) {
      (values, vectors) = found
      return
    }
    let whole = try SymmetricEigen(of: matrix)
    values = Array(whole.values[..<count])
    vectors = whole.vectors.rows(0..<count)
  }

  /// nil if it does not converge.
  private static func krylov(
    _ matrix: DenseMatrix, _ count: Int
  ) throws(LinearAlgebraError) -> (values: [Double], vectors: DenseMatrix)? {
    let size = matrix.rows
    // The start is fixed, so the result is too.
    var generator = SplitMix64(seed: 0)
    let width = count + 6
    var block = DenseMatrix(
      rows: width, columns: size, values: (0..<width * size).map { _ in Double.random(in: -1...1, using: &generator) })
    for _ in 0..<rounds {
      guard let start = try orthonormal(block, against: nil, scale: 0) else { return nil }
      var basis = start
      var images = start * matrix
      var newest = images
      let scale = images.norm
      for _ in 1..<depth {
        guard let next = try orthonormal(newest, against: basis, scale: scale) else { break }
        newest = next * matrix
        basis = basis.appending(next)
        images = images.appending(newest)
      }
      guard basis.rows >= count else { return nil }
      let small = basis.timesTransposed(images)
      let ritz = try SymmetricEigen(of: 0.5 * (small + small.transposed))
      let kept = ritz.vectors.rows(0..<min(width, basis.rows))
      let vectors = kept * basis
      let residuals = kept * images - DenseMatrix(diagonal: Array(ritz.values[..<kept.rows])) * vectors
      let limit = residual * abs(ritz.values[0])
      if (0..<count).allSatisfy({ Vectors.norm(residuals.row($0)) <= limit }) {
        return (Array(ritz.values[..<count]), vectors.rows(0..<count))
      }
      block = vectors
    }
    return nil
  }

  /// An orthonormal basis of the rows' space, orthogonal to the rows of `basis`; nil if nothing is left of it.
  private static func orthonormal(
    _ rows: DenseMatrix, against basis: DenseMatrix?, scale: Double
  ) throws(LinearAlgebraError) -> DenseMatrix? {
    var (rows, scale) = (rows, scale)
    // Twice is enough (Parlett): the second pass removes what rounding left after the first.
    for _ in 0..<2 {
      if let basis { rows = rows - rows.timesTransposed(basis) * basis }
      // The small matrix of the rows' products gives the basis (Stathopoulos and Wu 2002) in a tenth of the time of
      // decomposing the rows. It squares the range of magnitudes, so anything below 1e-7 of the largest is dropped.
      let own = try SymmetricEigen(of: rows.timesTransposed(rows))
      let largest = own.values.first ?? 0
      let rank = own.values.count { $0 > max(1e-14 * largest, 1e-20 * scale * scale) }
      guard rank > 0 else { return nil }
      let factors = own.values[..<rank].map { 1 / $0.squareRoot() }
      rows = own.vectors.rows(0..<rank).transposed.scalingColumns(by: factors).transposed * rows
      scale = 1
    }
    return rows
  }
}

extension DenseMatrix {
  /// This matrix with the rows of another below its own.
  func appending(_ other: DenseMatrix) -> DenseMatrix {
    precondition(columns == other.columns, "\(columns) columns and \(other.columns)")
    return DenseMatrix(rows: rows + other.rows, columns: columns, values: values + other.values)
  }
}
