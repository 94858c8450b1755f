import Diagnostics
import Figures
import Testing

/// Circuits and scatter charts.
@Suite struct GraphTests {
  private static let edges: [CircuitGraph.Edge] = [
    .init(from: .head(layer: 0, head: 6), to: .logits, effect: 1.2, note: "into-logits"),
    .init(from: .head(layer: 0, head: 6), to: .head(layer: 2, head: 6), input: "q", effect: -0.4),
    .init(from: .embed, to: .mlp(layer: 1), effect: 0.01),
  ]

  @Test(
    arguments: [
      ("embed", CircuitGraph.Part.embed, nil), ("logits", .logits, nil), ("mlp.3", .mlp(layer: 3), nil),
      ("9.6", .head(layer: 9, head: 6), nil), ("10.11.q", .head(layer: 10, head: 11), "q"),
    ] as [(String, CircuitGraph.Part, String?)])
  func partsAreNamed(name: String, part: CircuitGraph.Part, input: String?) throws {
    let found = try #require(CircuitGraph.Part.named(name))
    #expect(found.part == part && found.input == input)
    #expect(part.name == (input == nil ? name : String(name.dropLast(2))))
  }

  @Test(arguments: ["", "9", "a.b", "7.3+7.9", "mlp.x", "-1.2", "1.2.3.4"])
  func otherNamesAreNone(name: String) { #expect(CircuitGraph.Part.named(name) == nil) }

  @Test func smallEdgesAreLeftOutOrHidden() throws {
    func svg(keepsHidden: Bool) throws -> String {
      try CircuitGraph(title: "c", layers: 3, edges: Self.edges, threshold: 0.1, keepsHidden: keepsHidden).figure().svg
    }
    let still = try svg(keepsHidden: false)
    #expect(still.contains("0.6 → logits: 1.200 (into-logits)") && still.contains("0.6 → 2.6.q: −0.400"))
    #expect(!still.contains("mlp.1") && !still.contains("data-"))
    let page = try svg(keepsHidden: true)
    #expect(page.contains("data-effect=\"-0.4\"") && page.contains("data-effect=\"0.01\""))
    #expect(
      page.contains("class=\"node faded\" data-part=\"mlp.1\"") && page.contains("class=\"node\" data-part=\"logits\""))
  }

  /// A negative edge is dashed and ends in a bar, a positive one ends in an arrow: colour is not the only sign.
  @Test func signsShowWithoutColour() throws {
    func svg(_ effect: Double) throws -> String {
      try CircuitGraph(
        title: "c", layers: 1, edges: [.init(from: .embed, to: .logits, effect: effect)], threshold: 0
      ).figure().svg
    }
    func count(_ text: String, _ piece: String) -> Int { text.ranges(of: piece).count }
    let (up, down) = (try svg(1), try svg(-1))
    #expect(count(down, "stroke-dasharray") == count(up, "stroke-dasharray") + 1)
    #expect(count(up, "<polygon") == count(down, "<polygon") + 1)
  }

  @Test func thresholds() {
    #expect(CircuitGraph.threshold(leaving: 2, of: [0.5, -0.333, 0.1, .nan]) == 0.33)
    #expect(CircuitGraph.threshold(leaving: 9, of: [1, 0.001]) == 0.02)
    #expect(CircuitGraph.threshold(leaving: 3, of: []) == 0)
  }

  @Test func emptyGraphsAndScattersAreErrors() {
    func message(_ body: () throws(FigureError) -> Figure) -> String {
      do { return try body().title } catch { return error.message }
    }
    #expect(
      message { () throws(FigureError) in try CircuitGraph(title: "c", layers: 1, edges: [], threshold: 0).figure() }
        == "the figure 'c' has nothing to show; give it at least one value")
    #expect(
      message { () throws(FigureError) in
        try ScatterChart(title: "s", xName: "x", yName: "y", points: [.init(x: .nan, y: 1, name: "a")]).figure()
      } == "none of the values of the figure 's' is a finite number; check how they were computed")
  }

  @Test func scatterNamesItsPoints() throws {
    let points = [(0.0, 3.0, "0.0"), (22.8, -9.5, "0.6"), (1, .nan, "gone")].map {
      ScatterChart.Point(x: $0.0, y: $0.1, name: $0.2)
    }
    let chart = ScatterChart(title: "estimates", xName: "run", yName: "estimate", points: points)
    let svg = try chart.figure().svg
    #expect(svg.contains("<title>0.6: 22.800, −9.500</title>") && !svg.contains("gone"))
    #expect(svg.contains("estimate = run"))
    #expect(try chart.figure().png().count > 1000)
  }

  /// In a page the ground and the text take the page's colours; series keep theirs.
  @Test func inlineFiguresHaveThePagesColours() throws {
    let figure = try CircuitGraph(title: "c", layers: 3, edges: Self.edges, threshold: 0).figure()
    #expect(figure.inlineSVG.contains("fill=\"var(--fig-ground, #ffffff)\""))
    #expect(!figure.svg.contains("var(") && figure.inlineSVG.contains("#d55e00"))
  }
}
