/// One cell of an array, with its labels.
public struct LabelledCell: Sendable, Hashable, CustomStringConvertible {
  /// The cell's number, row-major over the axes.
  public let cell: Int
  /// The names of the axes.
  public let axes: [String]
  /// One for each axis.
  public let labels: [AxisLabel]
  public let value: Float

  /// Such as `layer 9, head 6: 0.31`.
  public var description: String {
    "\(zip(axes, labels).map { "\($0) \($1)" }.joined(separator: ", ")): \(value)"
  }
}

/// How cells are sorted, largest first.
public enum CellOrder: Sendable, Hashable {
  case magnitude
  case value
}

extension LabelledArray {
  /// All cells with a number, by descending magnitude or value; among equal ones, the earlier cell first.
  /// - Throws: `LabelledArrayError.notNumbers` for texts.
  public func sorted(by order: CellOrder = .value) throws(LabelledArrayError) -> [LabelledCell] {
    try ordered(order)
  }

  /// The first cells of `sorted(by:)`, or all if there are fewer.
  /// - Throws: `LabelledArrayError.notNumbers` for texts.
  public func strongest(_ count: Int, by order: CellOrder = .magnitude) throws(LabelledArrayError) -> [LabelledCell] {
    try ordered(order, first: count)
  }

  private func ordered(_ order: CellOrder, first count: Int = .max) throws(LabelledArrayError) -> [LabelledCell] {
    let numbers = try numbers()
    let keys = order == .magnitude ? numbers.map(abs) : numbers
    let cells = keys.indices.filter { !keys[$0].isNaN }.sorted { (keys[$0], $1) > (keys[$1], $0) }
    let names = axes.map(\.name)
    return cells.prefix(count).map {
      LabelledCell(cell: $0, axes: names, labels: labels(of: $0), value: numbers[$0])
    }
  }
}
