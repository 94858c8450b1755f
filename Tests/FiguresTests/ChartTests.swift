import Figures
import Foundation
import Testing

@Suite struct ChartTests {
  private func points(_ text: String?) -> [[Double]] {
    (text ?? "").split(separator: " ").map { $0.split(separator: ",").compactMap { Double($0) } }
  }

  @Test func linesBandsAndBreaks() throws {
    let elements = try #require(Elements.of(Samples.line.figure().svg))
    // The second series breaks at its NaN: two lines, and four dots; the first has five dots. The legend has two more.
    let lines = elements.named("polyline")
    #expect(lines.map { $0["stroke"] } == ["#0072b2", "#d55e00", "#d55e00"])
    #expect(lines.map { points($0["points"]).count } == [5, 2, 2])
    #expect(elements.named("circle").count == 5 + 4 + 2)
    let band = elements.named("polygon")
    #expect(band.count == 1 && points(band[0]["points"]).count == 10 && band[0]["fill-opacity"] == "0.18")
    for text in ["cheese & corner", "random", "coefficient", "P(cheese)", "two 'series'", "−2", "2", "0.0", "1.0"] {
      #expect(elements.texts.contains(text), "\(text)")
    }
    // Equal steps of x and y are equal steps of pixels, upwards.
    let first = points(lines[0]["points"])
    #expect(abs((first[1][0] - first[0][0]) - (first[4][0] - first[3][0])) < 0.02)
    #expect(abs(3 * (first[0][1] - first[1][1]) - (first[1][1] - first[2][1])) < 0.05 && first[0][1] > first[1][1])
  }

  /// 0 to 4 and back over a range of 1...3: up through both edges, and down through both.
  @Test func linesAreCutAtTheRange() throws {
    let chart = LineChart(
      title: "t", xName: "x", yName: "y", series: [.init(name: "s", x: [0, 1, 2], y: [0, 4, 0])], yRange: 1...3)
    let elements = try #require(Elements.of(chart.figure().svg))
    let lines = elements.named("polyline").map { points($0["points"]) }
    #expect(lines.map(\.count) == [2, 2])
    let (up, down) = (lines[0], lines[1])
    #expect(up[0][1] > up[1][1] && down[0][1] < down[1][1])
    #expect(abs(up[0][1] - down[1][1]) < 0.02 && abs(up[1][1] - down[0][1]) < 0.02)
    // At quarters of the way: 0.25, 0.75, 1.25 and 1.75.
    let xs = [up[0][0], up[1][0], down[0][0], down[1][0]]
    for (a, b) in zip(xs, xs.dropFirst()) { #expect(abs(b - a - (xs[3] - xs[0]) / 3) < 0.02) }
    #expect(elements.named("circle").isEmpty)
  }

  /// 5 to 6 is entirely outside 1...3; 6 to 2 enters after three quarters of the way.
  @Test func whatLiesOutsideTheRangeIsNotDrawn() throws {
    let chart = LineChart(
      title: "t", xName: "x", yName: "y", series: [.init(name: "s", x: [0, 1, 2], y: [5, 6, 2])], yRange: 1...3)
    let lines = try #require(Elements.of(chart.figure().svg)).named("polyline").map { points($0["points"]) }
    #expect(lines.map(\.count) == [2])
    #expect(lines[0][0][1] < lines[0][1][1])
  }

  @Test(
    arguments: [
      ([0, 0.96], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
      ([-0.21, 0.74], ["−0.4", "−0.2", "0.0", "0.2", "0.4", "0.6", "0.8"]),
      ([0, 1234], ["0", "500", "1000", "1500"]), ([3, 3], ["1", "2", "3", "4", "5"]),
      ([0, 0.004], ["0.000", "0.001", "0.002", "0.003", "0.004"]),
      ([-5, 5], ["−6", "−4", "−2", "0", "2", "4", "6"]),
    ] as [([Double], [String])])
  func axesHaveRoundNumbers(values: [Double], labels: [String]) throws {
    let chart = LineChart(title: "t", xName: "x", yName: "y", series: [.init(name: "s", x: [0.25, 0.5], y: values)])
    let elements = try #require(Elements.of(chart.figure().svg))
    #expect(elements.all.filter { $0.name == "text" && $0.attributes["text-anchor"] == "end" }.map(\.text) == labels)
  }

  @Test func barsStartAtZeroAndHaveTheirErrors() throws {
    let elements = try #require(Elements.of(Samples.bars.figure().svg))
    let bars = elements.named("rect").dropFirst().map { rectangle in
      ["x", "width"].compactMap { rectangle[$0].flatMap(Double.init) }
    }
    #expect(bars.count == 2)
    // -0.25 and 0.75: the bars meet at 0, and one is three times as long.
    #expect(abs(bars[0][0] + bars[0][1] - bars[1][0]) < 0.02)
    #expect(abs(3 * bars[0][1] - bars[1][1]) < 0.05)
    #expect(elements.texts.contains("embedder.block2.res1.resadd_out") && elements.texts.contains("effect"))
    // The error bars reach a third of the bar's length (0.25) to both sides of its end, with a stroke at each end.
    let errors = elements.named("line").filter { $0["stroke"] == "#1f2328" && $0["y1"] == $0["y2"] }
    #expect(errors.count == 2)
    let ends = try ["x1", "x2"].map { key in try #require(errors[1][key].flatMap(Double.init)) }
    let end = bars[1][0] + bars[1][1]
    #expect(abs(end - ends[0] - bars[1][1] / 3) < 0.05 && abs(ends[1] - end - bars[1][1] / 3) < 0.05)
  }

  @Test func manySeriesStandBelowOneAnother() throws {
    let chart = BarChart(
      title: "t", valueName: "v", names: ["a", "b", "c"],
      series: (0..<3).map { .init(name: "s\($0)", values: [1, 2, $0 == 1 ? .nan : 3]) })
    let elements = try #require(Elements.of(chart.figure().svg))
    // The ground, three samples in the legend, and nine bars minus the NaN.
    #expect(elements.named("rect").count == 1 + 3 + 8)
    let heights = elements.named("rect").dropFirst(4).compactMap { $0["y"].flatMap(Double.init) }
    #expect(heights == heights.sorted() && Set(heights).count == 8)
  }

  @Test func cellsHaveTheirColours() throws {
    let elements = try #require(Elements.of(Samples.heatmap.figure().svg))
    let fills = elements.named("rect").dropFirst().prefix(6).map { $0["fill"] }
    // The ends and the middle of the scale, a quarter and half of the way from white to red (0.5 of the range is one
    // stop), and grey for NaN.
    #expect(fills == ["#2166ac", "#f7f7f7", "#f6cebd", "#d0d4d9", "#f4a582", "#b2182b"])
    for text in ["−1.00", "0.00", "0.25", "–", "a<b", "three", "from", "into", "change"] {
      #expect(elements.texts.contains(text), "\(text)")
    }
    #expect(elements.all.first { $0.text == "−1.00" }?.attributes["fill"] == "#ffffff")
    #expect(elements.all.first { $0.text == "0.25" }?.attributes["fill"] == "#1f2328")
  }

  /// Words in place of numbers, cut off where a cell has no room for them, and cells wide enough for some.
  @Test func cellsOfWords() throws {
    var heatmap = Samples.heatmap
    heatmap.texts = [["a", "", "c"], ["a long word of many letters", "<e>", "f"]]
    let elements = try #require(Elements.of(heatmap.figure().svg))
    for text in ["a", "c", "<e>", "f"] { #expect(elements.texts.contains(text), "\(text)") }
    #expect(elements.texts.contains { $0.hasPrefix("a lon") && $0.hasSuffix("…") })
    #expect(!elements.texts.contains("0.25") && !elements.texts.contains("−1.00"))
    let many = Heatmap(
      title: "t", rowLabels: ["r"], columnLabels: (0..<40).map(String.init), values: [(0..<40).map { Double($0) }],
      texts: [[String](repeating: "word", count: 40)])
    #expect(try #require(Elements.of(many.figure().svg)).texts.count { $0 == "word" } == 40)
    heatmap.texts = [["a"]]
    #expect(throws: FigureError.count(what: "texts of the heatmap 'Transfer'", found: 1, expected: 6)) {
      try heatmap.figure()
    }
  }

  @Test func pointsOfEachClass() throws {
    let chart = ClassScatterChart(
      title: "t", subtitle: "5 examples", xName: "component 0", yName: "component 1",
      series: [
        .init(name: "things", x: [0, 1, .nan], y: [0, 2, 1]), .init(name: "people", x: [10, 20], y: [5, 4]),
      ])
    let elements = try #require(Elements.of(chart.figure().svg))
    // One in the legend for each class, and those that are numbers.
    let fills = elements.named("circle").map { $0["fill"] }
    #expect(fills.count { $0 == "#0072b2" } == 1 + 2 && fills.count { $0 == "#d55e00" } == 1 + 2)
    for text in ["things", "people", "component 0", "component 1", "5 examples"] {
      #expect(elements.texts.contains(text), "\(text)")
    }
    // Beyond the seven colours, squares.
    let many = ClassScatterChart(
      title: "t", xName: "x", yName: "y", series: (0..<8).map { .init(name: "\($0)", x: [Double($0)], y: [1]) })
    #expect(try #require(Elements.of(many.figure().svg)).named("circle").count == 14)
    #expect(throws: FigureError.empty(figure: "t")) {
      try ClassScatterChart(title: "t", xName: "x", yName: "y", series: []).figure()
    }
    #expect(throws: FigureError.count(what: "values of the series 's'", found: 1, expected: 2)) {
      try ClassScatterChart(title: "t", xName: "x", yName: "y", series: [.init(name: "s", x: [1, 2], y: [1])]).figure()
    }
  }

  @Test func otherScalesOfColour() throws {
    var heatmap = Samples.heatmap
    heatmap.colours = .sequential(0...1)
    let fills = try #require(Elements.of(heatmap.figure().svg)).named("rect").dropFirst().prefix(6).map { $0["fill"] }
    #expect(fills[0] == "#f7fbff" && fills[1] == "#f7fbff" && fills[5] == "#08519c")
    heatmap.colours = .diverging(limit: 0.5)
    let narrow = try #require(Elements.of(heatmap.figure().svg)).named("rect").dropFirst().prefix(6).map { $0["fill"] }
    #expect(narrow == ["#2166ac", "#f7f7f7", "#f4a582", "#d0d4d9", "#b2182b", "#b2182b"])
    heatmap.values = [[0, 0, 0], [0, 0, 0]]
    heatmap.colours = .diverging()
    #expect(try #require(Elements.of(heatmap.figure().svg)).named("rect")[1]["fill"] == "#f7f7f7")
  }

  @Test(
    arguments: [
      .sequential(1...1), .sequential(-.infinity ... .infinity), .diverging(limit: .infinity), .diverging(limit: .nan),
      .diverging(limit: 0),
      .diverging(limit: -1),
    ] as [ColourScale])
  func rangesThatAreNoneDoNotMatter(colours: ColourScale) throws {
    var heatmap = Samples.heatmap
    heatmap.colours = colours
    #expect(try Elements.of(heatmap.figure().svg) != nil)
  }

  @Test func smallCellsHaveNoNumbersAndLongNamesTurn() throws {
    let names = (0..<60).map { "position \($0)" }
    let heatmap = Heatmap(
      title: "t", rowLabels: ["r"], columnLabels: names, values: [names.indices.map { Double($0) / 60 }])
    let elements = try #require(Elements.of(heatmap.figure().svg))
    #expect(!elements.texts.contains("0.50"))
    #expect(elements.all.first { $0.text == "position 3" }?.attributes["transform"]?.hasPrefix("rotate(-45 ") == true)
  }
}
