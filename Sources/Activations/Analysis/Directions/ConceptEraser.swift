import Tensors

/// LEACE (Belrose et al. 2023, "LEACE: Perfect linear concept erasure in closed form"): the smallest change, as
/// measured by the covariance, after which no linear reader can tell the classes apart.
///
///     eraser(x) = x - W^+ P W (x - mean)
///
/// where W is the covariance's inverse square root and P the projection onto the columns of W cov(x, classes).
/// With two classes one direction is removed: `removed` points along the difference of the class means, and `reading`
/// measures how much of it to remove.
public struct ConceptEraser: Sendable, Equatable {
  /// [width].
  public let mean: [Double]
  /// W^+ U: row i is a direction that is removed, [rank, width].
  public let removed: DenseMatrix
  /// U^T W: row i is the vector whose product with x - mean says how much of `removed` row i to remove, [rank, width].
  public let reading: DenseMatrix

  /// How many directions are removed: at most the number of classes less one.
  public var rank: Int { removed.rows }

  /// - Parameters:
  ///   - moments: of examples of at least two classes, with covariances.
  ///   - tolerance: singular values of W cov(x, classes) up to this count as zero. Correlations of that size are left
  ///     in.
  /// - Throws: `AnalysisError` for one class or classes whose means agree; `LinearAlgebraError`.
  public init(_ moments: Moments, tolerance: Double = 1e-6) throws {
    try moments.requireClasses(1)
    guard moments.classes > 1 else { throw AnalysisError.oneClass("0") }
    let whitening = try Whitening(covariance: moments.covariance)
    let correlations = try SingularValues(of: whitening.whitening * moments.crossCovariance)
    let rank = correlations.values.count { $0 > tolerance }
    guard rank > 0 else { throw AnalysisError.noVariance(method: "LEACE") }
    let directions = correlations.left.rows(0..<rank)
    mean = moments.mean
    removed = directions * whitening.coloring
    reading = directions * whitening.whitening
  }

  /// Each row x without what tells the classes apart, [rows, width].
  public func erasing(_ rows: Matrix) -> Tensor {
    precondition(rows.columns == mean.count, "rows of \(rows.columns) features, eraser for \(mean.count)")
    let amounts = (0..<rank).map { index -> [Double] in
      let vector = reading.row(index)
      let offset = Vectors.dot(vector, mean)
      return rows.rowProducts(with: vector).map { $0 - offset }
    }
    let directions = (0..<rank).map(removed.row)
    return Tensor(shape: [rows.rows, rows.columns]) { out in
      for row in 0..<rows.rows {
        rows.withRow(row) { source in
          for feature in 0..<rows.columns {
            var value = Double(source[feature])
            for index in 0..<rank { value -= amounts[index][row] * directions[index][feature] }
            (out.baseAddress! + row * rows.columns + feature).initialize(to: Float(value))
          }
        }
      }
    }
  }

  /// I - W^+ P W, which is applied to x - mean, [width, width].
  public var projection: DenseMatrix {
    .identity(mean.count) - removed.transposedTimes(reading)
  }
}
