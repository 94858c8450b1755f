import Mazes

/// The maze that the tests work out by hand. The mouse's way to the cheese and its way to the top-right corner share
/// (4,0) (3,0) (2,0) (2,1) (2,2) and diverge there: 10 steps to the cheese, 8 to the corner.
///
///       0 1 2 3 4
///     0 . . . . .
///     1 # # . # #
///     2 . . . . .
///     3 . # # # .
///     4 M # C . .
let handDrawing = [".....", "##.##", ".....", ".###.", "M#C.."]

func handMaze() throws -> Maze { try Maze(drawing: handDrawing) }
