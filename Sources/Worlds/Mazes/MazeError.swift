import Diagnostics

/// What can be wrong with a maze, an edit of one, or a request for many.
public enum MazeError: DiagnosedError, Equatable {
  /// A size that is even, or not in 3...25.
  case size(Int)
  /// An empty list of sizes to draw from.
  case noSizes
  /// A top-right region of less than 1 x 1.
  case cheeseRegion(Int)
  case outside(Square, size: Int)
  case mouseOnWall(Square)
  case cheeseOnWall(Square)
  case mouseOnCheese(Square)
  /// There is nothing to open.
  case alreadyOpen(Square)
  case pathAlreadyOpen(from: Square, to: Square)
  case noCheese(for: String)
  /// None of this many mazes has a decision square.
  case noDecisions(mazes: Int)
  /// Two fields to be compared are of different mazes.
  case otherWalls
  /// Fewer than one picture at a time.
  case batch(Int)
  case stepLimit(Int)
  /// A model that takes something other than pictures of mazes, or that has other actions.
  case notAPolicy(family: String)
  /// A policy returned something other than 15 logits for each maze.
  case policyShape(found: [Int], mazes: Int)
  case policyNotFinite(maze: Int, value: Float)
  /// A drawn maze whose number of rows differs from their length.
  case drawingNotSquare(rows: Int, row: Int, length: Int)
  case drawingCharacter(String, Square)
  /// A drawing with no mouse, several mice, or several pieces of cheese.
  case drawingCount(what: String, found: Int)

  public var kind: FailureKind { .badData }

  public var message: String {
    switch self {
    case .size(let size): "a maze cannot have size \(size); the size is an odd number from 3 to \(Maze.worldSize)"
    case .noSizes: "no maze sizes to draw from; give at least one odd number from 3 to \(Maze.worldSize)"
    case .cheeseRegion(let region):
      "a top-right region of \(region) squares has no room for the cheese; it must be at least 1"
    case .outside(let square, let size): "\(square) lies outside the maze; rows and columns go from 0 to \(size - 1)"
    case .mouseOnWall(let square):
      "the mouse cannot stand on \(square), which is wall; choose an open square or open it first"
    case .cheeseOnWall(let square):
      "the cheese cannot lie on \(square), which is wall; choose an open square or open it first"
    case .mouseOnCheese(let square): "mouse and cheese cannot share \(square); move or remove one of them"
    case .alreadyOpen(let square): "\(square) is already open; choose a wall"
    case .pathAlreadyOpen(let start, let end):
      "the straight path from \(start) to \(end) is already open, so opening it changes nothing; use another maze"
    case .noCheese(let purpose): "the maze has no cheese, and \(purpose) needs one; place it first"
    case .noDecisions(let mazes):
      "none of \(mazes) mazes has a square where the paths to the cheese and to the corner diverge; allow larger mazes or cheese elsewhere"
    case .otherWalls: "the two vector fields are from mazes with different walls; compare fields of one maze"
    case .batch(let batch): "the batch size is \(batch); it must be at least 1"
    case .stepLimit(let limit): "the step limit is \(limit); it must be at least 0"
    case .notAPolicy(let family):
      "the \(family) model is not a maze policy, which takes pictures of 3 x 64 x 64 and has 15 actions"
    case .policyShape(let found, let mazes):
      "the policy gave a tensor of shape \(found) for \(mazes) mazes; it must give [\(mazes), \(MoveDirection.actionCount)]"
    case .policyNotFinite(let maze, let value):
      "the policy gave the logit \(value) for maze \(maze) of the batch; look for weights or edits that are too large"
    case .drawingNotSquare(let rows, let row, let length):
      "row \(row) of the drawn maze has \(length) squares and there are \(rows) rows; a drawn maze must be square"
    case .drawingCharacter(let character, let square):
      "'\(visible(character))' at \(square) of the drawn maze; '#' is wall, '.' open, 'M' the mouse, 'C' the cheese"
    case .drawingCount(let what, let found):
      "the drawn maze has \(found) \(what); it needs one mouse and at most one piece of cheese"
    }
  }
}
