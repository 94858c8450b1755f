import Diagnostics
import Figures
import Mazes
import Testing

@Suite struct FigureErrorTests {
  static let table: [(FigureError, FailureKind, String)] = [
    (.empty(figure: "Layers"), .badData, "the figure 'Layers' has nothing to show; give it at least one value"),
    (
      .count(what: "rows of the heatmap 'h'", found: 1, expected: 2), .badData,
      "rows of the heatmap 'h': 1 given, but 2 needed"
    ),
    (
      .noNumbers(figure: "Layers"), .badData,
      "none of the values of the figure 'Layers' is a finite number; check how they were computed"
    ),
    (
      .tooLarge(figure: "Layers", value: 1e31), .badData,
      "the figure 'Layers' has no room for the value 1e+31; values go from -1e30 to 1e30"
    ),
    (.format(file: "a.pdf"), .badData, "the figure's file 'a.pdf' must end in .svg or .png"),
    (.scale(20), .badData, "the scale is 20.0; it must be from 0.1 to 10"),
    (
      .tooManyPixels(width: 20_000, height: 10, limit: 16_384), .badData,
      "a picture of 20000 x 10 pixels is too large; each edge is at most 16384, so use a smaller scale"
    ),
    (.cannotDraw(reason: "no memory"), .badData, "librsvg cannot draw the figure: no memory"),
    (.cannotWrite(file: "a.svg", reason: "disk full"), .cannotCreateOutput, "cannot write 'a.svg': disk full"),
  ]

  @Test(arguments: table)
  func messages(error: FigureError, kind: FailureKind, message: String) {
    #expect(error.message == message)
    #expect(error.kind == kind)
  }

  @Test func linesThatCannotBeDrawn() {
    func chart(_ series: LineChart.Series...) -> LineChart {
      LineChart(title: "t", xName: "x", yName: "y", series: series)
    }
    #expect(throws: FigureError.empty(figure: "t")) { try chart().figure() }
    #expect(throws: FigureError.count(what: "values of the series 's'", found: 1, expected: 2)) {
      try chart(.init(name: "s", x: [1, 2], y: [1])).figure()
    }
    #expect(throws: FigureError.count(what: "upper edges of the series 's'", found: 0, expected: 1)) {
      try chart(.init(name: "s", x: [1], y: [1], low: [1], high: [])).figure()
    }
    #expect(throws: FigureError.count(what: "edges of the band of the series 's'", found: 1, expected: 2)) {
      try chart(.init(name: "s", x: [1], y: [1], low: [1])).figure()
    }
    #expect(throws: FigureError.noNumbers(figure: "t")) { try chart(.init(name: "s", x: [1], y: [.nan])).figure() }
    #expect(throws: FigureError.tooLarge(figure: "t", value: -1e31)) {
      try chart(.init(name: "s", x: [1], y: [-1e31])).figure()
    }
  }

  @Test func tablesAndBarsThatCannotBeDrawn() throws {
    var heatmap = Samples.heatmap
    heatmap.values = [[1, 2, 3]]
    #expect(throws: FigureError.count(what: "rows of the heatmap 'Transfer'", found: 1, expected: 2)) {
      try heatmap.figure()
    }
    heatmap.values = [[1, 2, 3], [1, 2]]
    #expect(throws: FigureError.count(what: "cells of the row 'c'", found: 2, expected: 3)) { try heatmap.figure() }
    heatmap.values = [[.nan, .infinity, .nan], [.nan, .nan, .nan]]
    #expect(throws: FigureError.noNumbers(figure: "Transfer")) { try heatmap.figure() }
    heatmap.values[0][1] = 2
    heatmap.colours = .diverging(limit: 1e40)
    #expect(throws: FigureError.tooLarge(figure: "Transfer", value: -1e40)) { try heatmap.figure() }
    heatmap.rowLabels = []
    #expect(throws: FigureError.empty(figure: "Transfer")) { try heatmap.figure() }
    var bars = Samples.bars
    bars.series[0].values = [1]
    #expect(throws: FigureError.count(what: "values of the series 'cheese'", found: 1, expected: 2)) {
      try bars.figure()
    }
    bars = Samples.bars
    bars.series[0].high = nil
    #expect(throws: FigureError.count(what: "ends of the error bars of the series 'cheese'", found: 1, expected: 2)) {
      try bars.figure()
    }
    bars.names = []
    #expect(throws: FigureError.empty(figure: "Layers")) { try bars.figure() }
    #expect(throws: FigureError.empty(figure: "t")) { try MazeFigure(title: "t", panels: []).figure() }
    let maze = try Maze(size: 3, seed: 1)
    #expect(throws: FigureError.count(what: "arrows of the panel 'p'", found: 0, expected: 1)) {
      try MazeFigure(title: "t", panels: [.init(title: "p", maze: maze, squares: [Square(0, 0)], arrows: [])]).figure()
    }
  }
}
