/// A square of a maze; rows count from the top, columns from the left, both from 0 at the maze's own edge (not the
/// world's).
public struct Square: Hashable, Sendable, Comparable, CustomStringConvertible {
  public var row: Int
  public var column: Int

  public init(_ row: Int, _ column: Int) { (self.row, self.column) = (row, column) }

  /// The square next to this one; it may be outside the maze.
  public func next(_ direction: MoveDirection) -> Square {
    Square(row + direction.rowStep, column + direction.columnStep)
  }

  /// "(row 0, column 4)".
  public var description: String { "(row \(row), column \(column))" }

  /// Reading order: row by row from the top.
  public static func < (a: Square, b: Square) -> Bool { (a.row, a.column) < (b.row, b.column) }
}
