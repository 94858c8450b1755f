import ActivationStore
import Analysis
import Figures
import LabelledArrays

/// Principal components, and the examples along the first two.
struct ComponentsStudyReport: StudyReport {
  static let word = "components"
  static let title: String? = "principal components"
  let places: StudyPlaces
  /// The most places whose examples are drawn, and the most points in a drawing.
  private static let mostScatters = 6, mostPoints = 1500

  init(_ places: StudyPlaces) { self.places = places }

  private typealias Names = Schema.Analysis
  var printed: [String] { [Names.participationRatio, Names.totalVariance] }

  func card(in report: inout Report) throws -> [String] {
    guard let array = try places.array(Names.explained, ["component"]) else {
      return ["<p>There are no components by place in this analysis.</p>"]
    }
    let explained = try array.doubles()
    let count = array.axis("component")?.count ?? 0
    var parts = [
      "<p>The directions along which activations vary most, and how much of the variance each has. The participation ratio says how many directions the variance is spread over.</p>"
    ]
    let scatters = try scatters(explained, count)
    report.figures += scatters
    parts.append(Page.charts(scatters))
    let components = (0..<min(count, 4)).map { component in
      LayerCurves.Measure(
        name: "PC\(component)",
        values: (0..<places.count).map { Interval(value: explained[$0 * count + component], low: .nan, high: .nan) })
    }
    if let figure = try LayerCurves(places: places).figure(
      components, title: "\(places.name): how much each component explains",
      subtitle: "share of the variance\(try places.n())",
      yName: "share of the variance", file: "explained", yRange: 0...1)
    {
      report.figures.append(figure)
      parts.append(Page.chart(figure.figure))
    }
    var columns = components.map { (name: $0.name, values: $0.values) }
    if count > 4 {
      let sums = (0..<places.count).map { place in
        Interval(value: explained[place * count..<(place + 1) * count].reduce(0, +), low: .nan, high: .nan)
      }
      columns.append(("first \(count)", sums))
    }
    if let ratio = try places.intervals(Names.participationRatio) { columns.append(("participation ratio", ratio)) }
    parts.append(places.table(columns, caption: "Shares of the variance", in: &report))
    return parts
  }

  /// The examples on the first two components, coloured by their label.
  private func scatters(_ explained: [Double], _ count: Int) throws -> [NamedFigure] {
    guard count > 1, let array = try places.array(Names.projection, ["component", "item"]),
      let items = array.axis("item")?.count, items > 0
    else { return [] }
    let all = try array.doubles()
    let labels = try places.itemLabels()
    // Spread evenly over the places, including the last.
    let shown = min(places.count, Self.mostScatters)
    let chosen = (0..<shown).map { shown == 1 ? places.count - 1 : $0 * (places.count - 1) / (shown - 1) }
    return try chosen.compactMap { place in
      let (x, y) = (
        Array(all[place * count * items..<(place * count + 1) * items]),
        Array(all[(place * count + 1) * items..<(place * count + 2) * items])
      )
      let there = (0..<items).filter { x[$0].isFinite && y[$0].isFinite }
      guard !there.isEmpty else { return nil }
      let every = (there.count + Self.mostPoints - 1) / Self.mostPoints
      let drawn = there.enumerated().filter { $0.offset.isMultiple(of: every) }.map(\.element)
      let own = labels.map { $0[places.source(ofPlace: place)] }
      // With more classes than colours, colours would mean nothing.
      let found = own.map { own in Set(drawn.map { own[$0] }) } ?? []
      let classes = found.count > 14 ? [] : places.classes.filter(found.contains)
      let series =
        classes.isEmpty
        ? [ClassScatterChart.Series(name: "examples", x: drawn.map { x[$0] }, y: drawn.map { y[$0] })]
        : classes.map { name in
          let members = drawn.filter { own?[$0] == name }
          return .init(name: name, x: members.map { x[$0] }, y: members.map { y[$0] })
        }
      func axis(_ component: Int) -> String {
        "component \(component) (\(tableNumber(100 * explained[place * count + component], 0)) % of the variance)"
      }
      let n =
        every == 1 ? counted(there.count, "example") : "\(drawn.count) of \(there.count) examples, every \(every). one"
      let chart = ClassScatterChart(
        title: "\(places.name): \(places.label(place))",
        subtitle: "\(n)\(classes.isEmpty ? "" : ", coloured by '\(places.label ?? "label")'")", xName: axis(0),
        yName: axis(1),
        series: series)
      return NamedFigure(
        name: "analysis-\(places.name)-\(fileName(places.label(place)))", figure: try chart.figure())
    }
  }
}
