/// A direction in activation space.
public struct Direction: Sendable, Equatable {
  /// Of length 1, [width].
  public let unit: [Double]
  /// The length given by the method, in activation units (for the mean difference: the distance between the class
  /// means).
  public let length: Double

  /// - Parameter vector: [width].
  /// - Throws: `AnalysisError.noVariance` if the vector is zero.
  public init(_ vector: [Double], method: String) throws(AnalysisError) {
    let length = Vectors.norm(vector)
    guard length > 0, length.isFinite else { throw .noVariance(method: method) }
    unit = Vectors.scaled(vector, by: 1 / length)
    self.length = length
  }

  /// The vector with its original length, [width].
  public var vector: [Double] { Vectors.scaled(unit, by: length) }

  /// The opposite direction.
  public var reversed: Direction { Direction(unit: Vectors.scaled(unit, by: -1), length: length) }

  init(unit: [Double], length: Double) {
    self.unit = unit
    self.length = length
  }

  /// The cosine of the angle to another direction, -1...1.
  /// - Precondition: same width.
  public func cosine(with other: Direction) -> Double { Vectors.dot(unit, other.unit) }

  /// The cosines between all pairs, [directions, directions].
  public static func cosines(_ directions: [Direction]) -> DenseMatrix {
    let units = DenseMatrix(directions.map(\.unit))
    return units.timesTransposed(units)
  }
}
