import ActivationStore
import Analysis
import Figures
import LabelledArrays

/// The examples that single units respond to.
struct UnitsStudyReport: StudyReport {
  static let word = "units"
  static let title: String? = "single units"
  let places: StudyPlaces
  /// The most units in the page's table.
  private static let mostUnits = 20

  init(_ places: StudyPlaces) { self.places = places }

  private typealias Names = Schema.Analysis
  var printed: [String] { [Names.excessKurtosis, Names.activeShare, Names.largest] }

  func card(in report: inout Report) throws -> [String] {
    guard let kurtosis = try places.array(Names.excessKurtosis, ["unit"]), let units = kurtosis.axis("unit") else {
      return ["<p>There are no units in this analysis.</p>"]
    }
    let values = try kurtosis.doubles()
    let active = try places.array(Names.activeShare, ["unit"])?.doubles()
    let largest = try places.array(Names.largest, ["unit"])?.doubles()
    let texts = try tops(units.count)
    let threshold = places.group.attributes[Names.threshold]?.plain ?? "0"
    var parts = [
      "<p>\(html("How often each unit is active (above \(threshold)), and how far from normal its values are: a unit with a large excess kurtosis is rarely far from its mean. Next to it is the example with its highest value."))</p>"
    ]
    func row(_ cell: Int) -> [String] {
      places.labels(cell / units.count) + [units.labels.texts[cell % units.count]]
    }
    let header = places.axes.map(\.name) + ["unit"]
    let measures = [Schema.Analysis.activeShare, Schema.Analysis.largest, Schema.Analysis.excessKurtosis]
    var table = Table("analysis-\(places.name)", header: header + measures + ["highest_on"])
    let order = values.indices.filter { values[$0].isFinite }.sorted { (values[$1], $0) < (values[$0], $1) }
    for cell in order {
      table.add(
        row(cell) + [active?[cell] ?? .nan, largest?[cell] ?? .nan, values[cell]].map(Table.number) + [
          texts?[cell] ?? ""
        ])
    }
    report.tables.append(table)
    if let figure = try histogram(Array(order.prefix(4)), units) {
      report.figures.append(figure)
      parts.append(Page.chart(figure.figure))
    }
    parts.append(
      htmlTable(
        header + ["active", "largest", "excess kurtosis", "highest on"],
        order.prefix(Self.mostUnits).map { cell in
          row(cell) + [
            "\(tableNumber(100 * (active?[cell] ?? .nan), 1)) %", tableNumber(largest?[cell] ?? .nan),
            tableNumber(values[cell], 1), texts?[cell] ?? "",
          ]
        }, labels: header.count,
        caption:
          "The \(min(Self.mostUnits, order.count)) units farthest from normal, of \(order.count)\(try places.n())"))
    return parts
  }

  /// The text around the item with each unit's highest value.
  private func tops(_ units: Int) throws -> [String]? {
    guard let axes = places.group.axes(of: Names.topText),
      axes.map(\.name) == places.axes.map(\.name) + ["unit", "rank"], let ranks = axes.last?.count,
      case .texts(let texts) = try places.group.array(Names.topText).values
    else { return nil }
    return (0..<places.count * units).map { ranks > 0 ? texts[$0 * ranks] : "" }
  }

  /// The distribution of the values of some units.
  private func histogram(_ cells: [Int], _ units: LabelledAxis) throws -> NamedFigure? {
    guard let array = try places.array(Names.histogram, ["unit", "bin"]), let bins = array.axis("bin")?.count, bins > 1,
      let low = try places.array(Names.smallest, ["unit"])?.doubles(),
      let high = try places.array(Names.largest, ["unit"])?.doubles(), !cells.isEmpty
    else { return nil }
    let all = try array.doubles()
    let series = cells.map { cell -> LineChart.Series in
      let width = (high[cell] - low[cell]) / Double(bins)
      let counts = Array(all[cell * bins..<(cell + 1) * bins])
      let sum = max(1, counts.reduce(0, +))
      return LineChart.Series(
        name: "\(places.label(cell / units.count)) unit \(units.labels.texts[cell % units.count])",
        x: (0..<bins).map { low[cell] + (Double($0) + 0.5) * width }, y: counts.map { $0 / sum })
    }
    let chart = LineChart(
      title: "\(places.name): how the values of the units farthest from normal are spread",
      subtitle: "shares of examples in \(bins) equal steps\(try places.n())", xName: "the unit's value",
      yName: "share of examples", series: series, withZero: true)
    return NamedFigure(name: "analysis-\(places.name)-spread", figure: try chart.figure())
  }
}
