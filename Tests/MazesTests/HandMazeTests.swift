import Mazes
import Testing

/// Everything about one small maze, worked out by hand (`HandMaze.swift`).
@Suite struct HandMazeTests {
  @Test func drawingsAreReadAndWritten() throws {
    let maze = try handMaze()
    #expect(maze.size == 5 && maze.margin == 10)
    #expect(maze.mouse == Square(4, 0) && maze.cheese == Square(4, 2))
    #expect(maze.bottomLeft == Square(4, 0) && maze.topRight == Square(0, 4))
    #expect(maze.openSquares.count == 17)
    #expect(!maze.isOpen(Square(1, 0)) && !maze.isOpen(Square(-1, 0)) && !maze.isOpen(Square(0, 5)))
    #expect(maze.drawing == handDrawing)
  }

  @Test func distances() throws {
    let expected = [
      8, 7, 6, 7, 8,
      -1, -1, 5, -1, -1,
      2, 3, 4, 5, 6,
      1, -1, -1, -1, 7,
      0, -1, 10, 9, 8,
    ]
    let maze = try handMaze()
    #expect(maze.distances(to: maze.mouse) == expected)
    #expect(maze.distances(to: Square(1, 1)) == [Int](repeating: -1, count: 25))
  }

  @Test func paths() throws {
    let maze = try handMaze()
    let shared = [Square(4, 0), Square(3, 0), Square(2, 0), Square(2, 1), Square(2, 2)]
    let toCheese = [Square(2, 3), Square(2, 4), Square(3, 4), Square(4, 4), Square(4, 3), Square(4, 2)]
    let toCorner = [Square(1, 2), Square(0, 2), Square(0, 3), Square(0, 4)]
    #expect(maze.path(from: maze.mouse, to: Square(4, 2)) == shared + toCheese)
    #expect(maze.path(from: maze.mouse, to: maze.topRight) == shared + toCorner)
    #expect(maze.path(from: maze.mouse, to: maze.mouse) == [maze.mouse])
    #expect(maze.path(from: maze.mouse, to: Square(1, 1)) == nil)
    #expect(maze.path(from: Square(1, 1), to: maze.mouse) == nil)
  }

  @Test func directions() throws {
    let maze = try handMaze()
    #expect(maze.legalDirections(from: Square(2, 2)) == [.left, .right, .up])
    #expect(maze.legalDirections(from: Square(4, 0)) == [.up])
    #expect(maze.step(.up, from: Square(4, 0)) == Square(3, 0))
    #expect(maze.step(.right, from: Square(4, 0)) == Square(4, 0))
    #expect(maze.step(.left, from: Square(4, 0)) == Square(4, 0))
    #expect(maze.bestDirection(to: Square(4, 2)) == .up)
    #expect(maze.bestDirection(to: Square(4, 2), from: Square(2, 2)) == .right)
    #expect(maze.bestDirection(to: maze.topRight, from: Square(2, 2)) == .up)
    #expect(maze.bestDirection(to: Square(4, 2), from: Square(4, 4)) == .left)
    #expect(maze.bestDirection(to: Square(4, 2), from: Square(2, 4)) == .down)
    #expect(maze.bestDirection(to: Square(4, 2), from: Square(4, 2)) == nil)
    #expect(maze.bestDirection(to: Square(1, 1)) == nil)
  }

  @Test func decisionSquares() throws {
    let maze = try handMaze()
    #expect(maze.decisionSquare == Square(2, 2))
    // Beyond the fork the ways diverge at once: back to the corner, on to the cheese.
    #expect(try maze.withMouse(at: Square(2, 4)).decisionSquare == Square(2, 4))
    #expect(try maze.withMouse(at: Square(2, 2)).decisionSquare == Square(2, 2))
    // On the way to the corner, in the corner, and beyond it.
    #expect(try maze.withCheese(at: Square(0, 3)).decisionSquare == nil)
    #expect(try maze.withCheese(at: Square(0, 4)).decisionSquare == nil)
    #expect(try maze.withCheese(at: Square(0, 0)).decisionSquare == Square(0, 2))
    #expect(try maze.withoutCheese().decisionSquare == nil)
  }

  @Test func edits() throws {
    let maze = try handMaze()
    #expect(try maze.withMouse(at: Square(0, 0)).drawing == ["M....", "##.##", ".....", ".###.", ".#C.."])
    #expect(try maze.withCheese(at: Square(0, 1)).drawing == [".C...", "##.##", ".....", ".###.", "M#..."])
    #expect(try maze.withoutCheese().drawing == [".....", "##.##", ".....", ".###.", "M#..."])
    #expect(try maze.withoutCheese().withCheese(at: Square(4, 2)) == maze)
    let shortcut = try maze.opening(Square(4, 1))
    #expect(shortcut.drawing == [".....", "##.##", ".....", ".###.", "M.C.."])
    #expect(shortcut.bestDirection(to: Square(4, 2)) == .right)
    #expect(shortcut.decisionSquare == Square(4, 0))
  }

  @Test func aStraightPathToTheTopRight() throws {
    let maze = try handMaze()
    let opened = try maze.openingPathToTopRight()
    #expect(opened.drawing == [".....", ".#.##", ".....", ".###.", "M#C.."])
    #expect(opened.path(from: opened.mouse, to: opened.topRight)?.count == 9)
    let further = try maze.withMouse(at: Square(4, 3)).withCheese(at: Square(0, 0)).openingPathToTopRight()
    #expect(further.drawing == ["C....", "##..#", ".....", ".##..", ".#.M."])
    #expect(throws: MazeError.pathAlreadyOpen(from: Square(4, 0), to: Square(0, 4))) {
      try opened.openingPathToTopRight()
    }
  }

  @Test func editsThatCannotBe() throws {
    let maze = try handMaze()
    #expect(throws: MazeError.outside(Square(5, 0), size: 5)) { try maze.withMouse(at: Square(5, 0)) }
    #expect(throws: MazeError.mouseOnWall(Square(1, 1))) { try maze.withMouse(at: Square(1, 1)) }
    #expect(throws: MazeError.mouseOnCheese(Square(4, 2))) { try maze.withMouse(at: Square(4, 2)) }
    #expect(throws: MazeError.outside(Square(0, -1), size: 5)) { try maze.withCheese(at: Square(0, -1)) }
    #expect(throws: MazeError.cheeseOnWall(Square(1, 0))) { try maze.withCheese(at: Square(1, 0)) }
    #expect(throws: MazeError.mouseOnCheese(Square(4, 0))) { try maze.withCheese(at: Square(4, 0)) }
    #expect(throws: MazeError.alreadyOpen(Square(2, 2))) { try maze.opening(Square(2, 2)) }
    #expect(throws: MazeError.outside(Square(9, 9), size: 5)) { try maze.opening(Square(9, 9)) }
    #expect(throws: MazeError.noCheese(for: "removing it")) { try maze.withoutCheese().withoutCheese() }
  }

  @Test func drawingsThatAreNoMazes() {
    #expect(throws: MazeError.size(2)) { try Maze(drawing: ["M.", ".."]) }
    #expect(throws: MazeError.drawingNotSquare(rows: 3, row: 1, length: 2)) { try Maze(drawing: ["M..", "..", "..."]) }
    #expect(throws: MazeError.drawingCharacter("x", Square(1, 2))) { try Maze(drawing: ["M..", "..x", "..."]) }
    #expect(throws: MazeError.drawingCount(what: "mice", found: 0)) { try Maze(drawing: ["...", "...", "..."]) }
    #expect(throws: MazeError.drawingCount(what: "mice", found: 2)) { try Maze(drawing: ["M.M", "...", "..."]) }
    #expect(throws: MazeError.drawingCount(what: "pieces of cheese", found: 2)) {
      try Maze(drawing: ["MCC", "...", "..."])
    }
  }
}
