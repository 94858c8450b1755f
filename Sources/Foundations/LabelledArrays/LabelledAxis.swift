/// A named axis with its labels; in a file, a dimension scale.
public struct LabelledAxis: Sendable, Hashable {
  public let name: String
  public let labels: AxisLabels

  public init(_ name: String, _ labels: AxisLabels) {
    self.name = name
    self.labels = labels
  }

  /// How many entries the axis has.
  public var count: Int { labels.count }
}

extension [LabelledAxis] {
  /// The axes' lengths.
  public var shape: Shape { Shape(map(\.count)) }

  /// The label of a cell on each axis.
  /// - Parameter cell: the cell's number, row-major over the axes.
  /// - Precondition: the axes have this cell.
  public func labels(ofCell cell: Int) -> [AxisLabel] {
    zip(self, shape.unravel(cell)).map { $0.labels[$1] }
  }
}
