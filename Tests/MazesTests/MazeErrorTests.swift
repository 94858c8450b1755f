import Diagnostics
import Mazes
import Testing

@Suite struct MazeErrorTests {
  static let table: [(MazeError, String)] = [
    (.size(4), "a maze cannot have size 4; the size is an odd number from 3 to 25"),
    (.noSizes, "no maze sizes to draw from; give at least one odd number from 3 to 25"),
    (.cheeseRegion(0), "a top-right region of 0 squares has no room for the cheese; it must be at least 1"),
    (
      .outside(Square(5, 0), size: 5), "(row 5, column 0) lies outside the maze; rows and columns go from 0 to 4"
    ),
    (
      .mouseOnWall(Square(1, 1)),
      "the mouse cannot stand on (row 1, column 1), which is wall; choose an open square or open it first"
    ),
    (
      .cheeseOnWall(Square(1, 1)),
      "the cheese cannot lie on (row 1, column 1), which is wall; choose an open square or open it first"
    ),
    (
      .mouseOnCheese(Square(0, 2)), "mouse and cheese cannot share (row 0, column 2); move or remove one of them"
    ),
    (.alreadyOpen(Square(0, 0)), "(row 0, column 0) is already open; choose a wall"),
    (
      .pathAlreadyOpen(from: Square(4, 0), to: Square(0, 4)),
      "the straight path from (row 4, column 0) to (row 0, column 4) is already open, so opening it changes nothing; "
        + "use another maze"
    ),
    (.noCheese(for: "a rollout"), "the maze has no cheese, and a rollout needs one; place it first"),
    (
      .noDecisions(mazes: 10_000),
      "none of 10000 mazes has a square where the paths to the cheese and to the corner diverge; allow larger mazes or cheese elsewhere"
    ),
    (.otherWalls, "the two vector fields are from mazes with different walls; compare fields of one maze"),
    (.batch(0), "the batch size is 0; it must be at least 1"),
    (.stepLimit(-1), "the step limit is -1; it must be at least 0"),
    (
      .notAPolicy(family: "gpt2"),
      "the gpt2 model is not a maze policy, which takes pictures of 3 x 64 x 64 and has 15 actions"
    ),
    (
      .policyShape(found: [2, 4], mazes: 2),
      "the policy gave a tensor of shape [2, 4] for 2 mazes; it must give [2, 15]"
    ),
    (
      .policyNotFinite(maze: 3, value: .infinity),
      "the policy gave the logit inf for maze 3 of the batch; look for weights or edits that are too large"
    ),
    (
      .drawingNotSquare(rows: 3, row: 1, length: 2),
      "row 1 of the drawn maze has 2 squares and there are 3 rows; a drawn maze must be square"
    ),
    (
      .drawingCharacter("\n", Square(0, 1)),
      "'\\n' at (row 0, column 1) of the drawn maze; '#' is wall, '.' open, 'M' the mouse, 'C' the cheese"
    ),
    (
      .drawingCount(what: "mice", found: 2),
      "the drawn maze has 2 mice; it needs one mouse and at most one piece of cheese"
    ),
  ]

  @Test(arguments: table)
  func messages(error: MazeError, message: String) {
    #expect(error.message == message)
    #expect(error.kind == .badData)
  }
}
