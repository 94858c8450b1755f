import Tensors

/// How long activations are.
public struct NormSummary: Sendable, Equatable {
  public let mean: Double
  /// The standard deviation (divided by the count less one).
  public let deviation: Double
  public let smallest: Double
  public let median: Double
  public let largest: Double

  /// - Parameter norms: the length of each example's activation; see `Norms.lengths`.
  /// - Throws: `AnalysisError` if there are none.
  public init(_ norms: [Double]) throws(AnalysisError) {
    guard !norms.isEmpty else { throw .tooFewExamples(purpose: "a norm", found: 0, needed: 1) }
    let sorted = norms.sorted()
    let mean = norms.reduce(0, +) / Double(norms.count)
    self.mean = mean
    let squares = norms.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    deviation = (squares / Double(max(1, norms.count - 1))).squareRoot()
    (smallest, largest) = (sorted[0], sorted[sorted.count - 1])
    median = Bootstrap.quantile(sorted, 0.5)
  }
}

public enum Norms {
  /// The Euclidean length of each row, [rows].
  public static func lengths(of rows: Matrix) -> [Double] {
    (0..<rows.rows).map { row in
      rows.withRow(row) { $0.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot() }
    }
  }

  /// The cosine of each row of one matrix with each row of another, [a.rows, b.rows]; NaN for a row of zeros.
  /// - Precondition: same width.
  public static func cosines(_ a: DenseMatrix, _ b: DenseMatrix) -> DenseMatrix {
    func unit(_ matrix: DenseMatrix) -> DenseMatrix {
      var result = matrix
      for row in 0..<matrix.rows {
        let length = Vectors.norm(matrix.row(row))
        for index in row * matrix.columns..<(row + 1) * matrix.columns { result.values[index] /= length }
      }
      return result
    }
    return unit(a).timesTransposed(unit(b))
  }
}

/// A feature in which activations are far larger than in the others.
public struct OutlierDimension: Sendable, Equatable {
  public let feature: Int
  /// The square root of the feature's mean square.
  public let rootMeanSquare: Double
  /// Its ratio to the median of all features' root mean squares.
  public let ratio: Double
  /// This feature's share of the activations' mean squared length.
  public let share: Double

  /// The features whose root mean square is more than `threshold` times the median feature's, largest first. (Dettmers
  /// et al. 2022 call features outliers from a magnitude of 6, in models whose features are around 1; relative to the
  /// median, the same number works at any scale.)
  /// - Throws: `AnalysisError` if the median feature is always zero.
  public static func found(in moments: Moments, threshold: Double = 6) throws(AnalysisError) -> [OutlierDimension] {
    try found(meanSquares: moments.meanSquares, threshold: threshold)
  }

  /// As above, from the mean square of each feature.
  static func found(meanSquares squares: [Double], threshold: Double) throws(AnalysisError) -> [OutlierDimension] {
    let total = squares.reduce(0, +)
    let roots = squares.map { $0.squareRoot() }
    let median = Bootstrap.quantile(roots.sorted(), 0.5)
    guard median > 0 else { throw .noVariance(method: "the search for outlier dimensions") }
    return roots.indices.filter { roots[$0] > threshold * median }.map {
      OutlierDimension(feature: $0, rootMeanSquare: roots[$0], ratio: roots[$0] / median, share: squares[$0] / total)
    }.sorted { ($1.rootMeanSquare, $0.feature) < ($0.rootMeanSquare, $1.feature) }
  }
}
