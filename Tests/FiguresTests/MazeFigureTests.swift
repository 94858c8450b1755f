import Figures
import Mazes
import Testing

@Suite struct MazeFigureTests {
  private let maze = ["M..", ".##", "..C"]

  @Test func threePanelsWithTheirArrows() throws {
    let elements = try #require(Elements.of(Samples.mazes().figure().svg))
    for text in ["Cheese vector", "original", "patched", "difference", "mouse", "cheese", "decision square"] {
      #expect(elements.texts.contains(text), "\(text)")
    }
    // Heads: 16 squares in each of two panels, one changed square in the third, and a sample below each; cheese in
    // three panels and the legend.
    #expect(elements.named("polygon").filter { $0["fill"] == "#1f2328" }.count == 16 + 16 + 2)
    #expect(elements.named("polygon").filter { $0["fill"] == "#d55e00" }.count == 1 + 1)
    #expect(elements.named("polygon").filter { $0["fill"] == "#e69f00" }.count == 4)
    // No change is drawn as a dot.
    #expect(elements.named("circle").filter { $0["fill"] == "#d55e00" }.count == 15)
    // The decision square in three panels and the legend.
    #expect(elements.named("polyline").count == 4)
  }

  /// A maze of 3 is drawn with squares of 70 pixels, and begins half a square inside the panel.
  @Test func squaresLieWhereTheyBelong() throws {
    let maze = try Maze(drawing: maze)
    let figure = try MazeFigure(
      title: "t", panels: [.init(title: "p", maze: maze, squares: [Square(0, 1)], arrows: [[1, 0]])]
    ).figure()
    let elements = try #require(Elements.of(figure.svg))
    let rectangles = elements.named("rect").dropFirst()
    let panel = try #require(rectangles.first)
    let (left, top) = (try #require(panel["x"].flatMap(Double.init)), try #require(panel["y"].flatMap(Double.init)))
    #expect(panel["width"] == "280" && panel["height"] == "280")
    let corridors = rectangles.dropFirst().map { rectangle in
      ["x", "y", "width", "height"].compactMap { rectangle[$0].flatMap(Double.init) }
    }
    #expect(
      corridors == [
        [left + 35, top + 35, 210, 70], [left + 35, top + 105, 70, 70], [left + 35, top + 175, 210, 70],
      ])
    // The arrow on (0, 1) points right: its tip is level with the middle of the square.
    let head = try #require(elements.named("polygon").first { $0["fill"] == "#1f2328" }?["points"])
    let tip = head.split(separator: " ")[0].split(separator: ",").compactMap { Double($0) }
    #expect(tip[1] == top + 70 && abs(tip[0] - (left + 140 + 0.46 * 70)) < 0.02)
  }

  @Test func arrowsThatAreNoNumbersAreLeftOut() throws {
    let maze = try Maze(drawing: maze)
    let figure = try MazeFigure(
      title: "t",
      panels: [.init(title: "p", maze: maze, squares: [Square(0, 1), Square(0, 2)], arrows: [[.nan, 0], [0, 0]])]
    ).figure()
    let elements = try #require(Elements.of(figure.svg))
    #expect(elements.named("circle").filter { $0["fill"] == "#1f2328" }.count == 1)
  }

  @Test func longArrowsAreDrawnToAScaleThatIsSaid() throws {
    let maze = try Maze(drawing: maze)
    let panel = MazeFigure.Panel(
      title: "p", maze: maze, squares: [Square(0, 1), Square(2, 0)], arrows: [[0, 4], [1e20, 0]])
    let texts = try #require(Elements.of(MazeFigure(title: "t", panels: [panel]).figure().svg)).texts
    #expect(texts.contains { $0.hasPrefix("mean step, a square long = 100000000000000000000") })
  }

  @Test func fieldsOfOtherMazesAreNotCompared() throws {
    let one = try Samples.field(Maze(drawing: maze)) { _ in 5 }
    let other = try Samples.field(Maze(drawing: maze).opening(Square(1, 2))) { _ in 5 }
    #expect(throws: MazeError.otherWalls) { try MazeFigure(title: "t", before: one, after: other) }
  }
}
