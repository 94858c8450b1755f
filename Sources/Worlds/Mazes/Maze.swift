/// A maze with a mouse and usually cheese: a value. Edits give new mazes (`Maze+Editing.swift`).
///
/// The world is that of procgen's `maze` in its hard mode, with 25 x 25 squares; a maze of `size` x `size` squares is
/// in its middle, and everything around it is wall. Squares whose row and column are both even are open, those where
/// both are odd are wall, and the rest make up the maze, unless edited.
public struct Maze: Hashable, Sendable {
  /// Squares along each edge of the world.
  public static let worldSize = 25
  /// The possible sizes: 3, 5, ... 25.
  public static let sizes = Array(stride(from: 3, through: worldSize, by: 2))

  /// Squares along each edge of the maze.
  public let size: Int
  /// Which squares are open, row by row from the top: `size * size` of them.
  public internal(set) var open: [Bool]
  /// Where the mouse is: an open square without cheese, except at the end of a rollout.
  public internal(set) var mouse: Square
  /// Where the cheese is: an open square, or nil if there is none.
  public internal(set) var cheese: Square?

  /// A maze from parts that are known to fit.
  init(size: Int, open: [Bool], mouse: Square, cheese: Square?) {
    (self.size, self.open, self.mouse, self.cheese) = (size, open, mouse, cheese)
  }

  /// Where the mouse of a new maze is.
  public var bottomLeft: Square { Square(size - 1, 0) }
  /// Roughly where the cheese was during training, and where a policy that learnt "go to the corner" heads.
  public var topRight: Square { Square(0, size - 1) }
  /// Squares of wall between the world's edge and the maze.
  public var margin: Int { (Maze.worldSize - size) / 2 }

  /// Whether a square is inside the maze.
  public func contains(_ square: Square) -> Bool {
    square.row >= 0 && square.row < size && square.column >= 0 && square.column < size
  }

  /// Whether the mouse can be on a square; false outside the maze.
  public func isOpen(_ square: Square) -> Bool { contains(square) && open[square.row * size + square.column] }

  /// All open squares in reading order.
  public var openSquares: [Square] {
    open.indices.lazy.filter { open[$0] }.map { Square($0 / size, $0 % size) }
  }

  /// Throws unless `size` is one of `sizes`.
  static func check(size: Int) throws(MazeError) {
    guard size >= 3, size <= worldSize, size % 2 == 1 else { throw .size(size) }
  }
}

extension Maze {
  /// A maze drawn by hand, one string per row: `#` wall, `.` open, `M` the mouse, `C` the cheese (optional).
  public init(drawing rows: [String]) throws(MazeError) {
    try Maze.check(size: rows.count)
    var open: [Bool] = []
    var mice: [Square] = []
    var cheeses: [Square] = []
    for (row, text) in rows.enumerated() {
      guard text.count == rows.count else {
        throw .drawingNotSquare(rows: rows.count, row: row, length: text.count)
      }
      for (column, character) in text.enumerated() {
        open.append(character != "#")
        switch character {
        case "#", ".": break
        case "M": mice.append(Square(row, column))
        case "C": cheeses.append(Square(row, column))
        default: throw .drawingCharacter(String(character), Square(row, column))
        }
      }
    }
    guard mice.count == 1 else { throw .drawingCount(what: "mice", found: mice.count) }
    guard cheeses.count <= 1 else { throw .drawingCount(what: "pieces of cheese", found: cheeses.count) }
    self.init(size: rows.count, open: open, mouse: mice[0], cheese: cheeses.first)
  }

  /// The drawing that `init(drawing:)` reads. A mouse that has reached the cheese hides it.
  public var drawing: [String] {
    (0..<size).map { row in
      String(
        (0..<size).map { column -> Character in
          let square = Square(row, column)
          if square == mouse { return "M" }
          if square == cheese { return "C" }
          return isOpen(square) ? "." : "#"
        })
    }
  }
}
