import Tensors

/// Accumulates a regression on a number: the moments of the features, of the number, and of the two together.
public struct LabelMomentAccumulator: Sendable {
  public private(set) var features: MomentAccumulator
  private var sum = 0.0
  private var squares = 0.0
  /// sum of label times x, [width].
  private var products: [Double]

  public init(width: Int) {
    features = MomentAccumulator(width: width)
    products = [Double](repeating: 0, count: width)
  }

  /// Adds rows, each with its number.
  /// - Parameters:
  ///   - rows: [examples, width].
  ///   - numbers: [examples].
  /// - Throws: `AnalysisError` as `MomentAccumulator.add`, and for a number that is not finite.
  public mutating func add(_ rows: Matrix, numbers: [Double]) throws(AnalysisError) {
    guard numbers.count == rows.rows else { throw .labelCount(labels: numbers.count, examples: rows.rows) }
    if let bad = numbers.firstIndex(where: { !$0.isFinite }) { throw .labelNotFinite(example: features.count + bad) }
    try features.add(rows)
    rows.addRowSum(weights: numbers, to: &products)
    for number in numbers {
      sum += number
      squares += number * number
    }
  }

  /// Adds what another accumulator has seen.
  public mutating func merge(_ other: LabelMomentAccumulator) {
    features.merge(other.features)
    sum += other.sum
    squares += other.squares
    for index in products.indices { products[index] += other.products[index] }
  }

  /// - Throws: `AnalysisError` if nothing was added.
  public func moments() throws(AnalysisError) -> LabelMoments {
    let features = try self.features.moments()
    let count = Double(features.count)
    let mean = sum / count
    let cross = zip(products, features.mean).map { $0 - count * mean * $1 }
    return LabelMoments(
      features: features, labelMean: mean, labelScatter: max(0, squares - count * mean * mean), crossScatter: cross)
  }
}

/// What a ridge regression of a number on features needs.
public struct LabelMoments: Sendable, Equatable {
  public let features: Moments
  public let labelMean: Double
  /// sum of (label - mean)^2.
  public let labelScatter: Double
  /// sum of (label - mean)(x - mean), [width].
  public let crossScatter: [Double]
}
