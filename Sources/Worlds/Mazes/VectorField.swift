import Tensors

/// Where a policy would go from every square of a maze (Turner, Mini et al. 2023; UlisseMini/procgen-tools,
/// `vfield.py`).
public struct VectorField: Sendable, Equatable {
  /// The maze as given; its own mouse plays no part in the field.
  public let maze: Maze
  /// Every open square but the cheese's, in reading order.
  public let squares: [Square]
  /// For each of `squares`, what the policy does with the mouse there.
  public let moves: [MoveProbabilities]

  /// Puts the mouse on every square in turn and runs the policy.
  public init(of maze: Maze, batch: Int = 256, policy: MazePolicy) throws {
    let squares = Self.squares(of: maze)
    let placed = squares.map { square in
      var placed = maze
      placed.mouse = square
      return placed
    }
    var moves: [MoveProbabilities] = []
    try ask(policy, about: placed, batch: batch) { _, logits in moves.append(MoveProbabilities(logits: logits)) }
    (self.maze, self.squares, self.moves) = (maze, squares, moves)
  }

  /// The field from known logits.
  /// - Parameter logits: for each of `squares(of: maze)`, the 15 logits.
  public init(of maze: Maze, logits: [[Float]]) {
    let squares = Self.squares(of: maze)
    precondition(logits.count == squares.count, "\(logits.count) logits for \(squares.count) squares")
    (self.maze, self.squares, moves) = (maze, squares, logits.map { MoveProbabilities(logits: $0) })
  }

  /// The squares of a field: every open square but the cheese's, in reading order.
  public static func squares(of maze: Maze) -> [Square] { maze.openSquares.filter { $0 != maze.cheese } }

  /// What the policy does at a square; nil for walls and the cheese's square.
  public subscript(square: Square) -> MoveProbabilities? {
    squares.firstIndex(of: square).map { moves[$0] }
  }

  /// The mean step from each of `squares`: x columns to the right, y rows down.
  public var arrows: [SIMD2<Double>] { moves.map(\.arrow) }
}

/// What an intervention changes in a vector field.
public struct FieldDifference: Sendable, Equatable {
  /// The squares in both fields.
  public let squares: [Square]
  /// After minus before, for the mean steps.
  public let arrows: [SIMD2<Double>]
  /// After minus before, for the probabilities of left, right, down, up and staying at each square.
  public let moves: [[Double]]

  /// Throws if the two fields are of mazes with different walls. Mouse and cheese may differ.
  public init(from before: VectorField, to after: VectorField) throws(MazeError) {
    guard before.maze.size == after.maze.size, before.maze.open == after.maze.open else { throw .otherWalls }
    var (squares, arrows, moves): ([Square], [SIMD2<Double>], [[Double]]) = ([], [], [])
    for (square, old) in zip(before.squares, before.moves) {
      guard let new = after[square] else { continue }
      squares.append(square)
      arrows.append(new.arrow - old.arrow)
      moves.append([
        new.left - old.left, new.right - old.right, new.down - old.down, new.up - old.up, new.stay - old.stay,
      ])
    }
    (self.squares, self.arrows, self.moves) = (squares, arrows, moves)
  }

  /// Half the summed absolute change of probabilities, averaged over squares: 0 if nothing changed, 1 if no move is
  /// shared. NaN if there are no squares.
  public var meanTotalVariation: Double {
    moves.reduce(0) { $0 + $1.reduce(0) { $0 + abs($1) } / 2 } / Double(moves.count)
  }
}
