import ActivationStore
import LabelledArrays

/// Vectors in mazes: a card per study.
struct MazeSteeringReport: ReportPart {
  let file: ReportFile
  let groups: [StoredGroup]
  private typealias Measure = Schema.Steering.Measure

  init?(in file: ReportFile) throws {
    groups = try file.groups(of: Schema.steering)
    self.file = file
    if groups.isEmpty || file.format != .results { return nil }
  }

  var notes: [String] {
    groups.contains { group in Measure.allCases.contains { group.has($0.change) } }
      ? ["Intervals of steering in mazes are those of the results file."] : []
  }

  func show(in report: inout Report, check: () throws -> Void) throws {
    report.shortWords.append("what changes most in each steering study")
    var cards: [String] = []
    for group in groups {
      try check()
      let study = try group.floats(with: Measure.allCases.flatMap { [$0.values, $0.unsteered, $0.mean, $0.change] })
      let drawing = SteeringFigures(study: study, file: file)
      var parts = ["<h3>\(html(study.name))</h3><p>\(html(drawing.sentence))</p>"]
      if let grid = try drawing.transferGrid() {
        report.grids.append(grid)
        parts.append(Page.map(grid))
      }
      let charts = try drawing.charts()
      let shown = charts.filter { !$0.name.hasSuffix("-transfer") }.map { Page.chart($0.figure) }
      if !shown.isEmpty { parts.append("<div class=\"charts\">\(shown.joined(separator: "\n"))</div>") }
      let fields = try drawing.fields()
      parts += fields.map { Page.chart($0.figure, isMaze: true) }
      report.figures += charts + fields
      parts.append(try table(drawing))
      report.short += try short(drawing)
      report.tables.append(try Table(study, name: "steering-\(study.name)"))
      cards.append(parts.joined(separator: "\n"))
    }
    report.addSection(Schema.steering.name, "Steering in mazes", cards: cards, hasMaps: true)
  }

  /// The choice of coefficients that changes the mouse's heading most.
  private func short(_ drawing: SteeringFigures) throws -> [String] {
    guard let (change, mean, place) = try drawing.strongest() else { return [] }
    return [
      """
      <li><span class="what">\(html(drawing.study.name)): \(html(drawing.subject.title))</span>\
      <span class="value">\(tableNumber(mean, 2))</span><span class="bounds">\(change.value > 0 ? "+" : "")\(tableNumber(change.value, 2)) \
      [\(tableNumber(change.low, 2)), \(tableNumber(change.high, 2))]</span> <span>\(html(place))</span></li>
      """
    ]
  }

  private func table(_ drawing: SteeringFigures) throws -> String {
    let measures = drawing.measured.filter { $0 != .fieldChange }
    let means = try measures.map(drawing.means)
    let changes = try measures.map(drawing.changes)
    let (cells, labels) = try drawing.rows()
    let none = ["without"] + (0..<max(0, drawing.axes.count - 1)).map { _ in "" }
    let first = try none + measures.flatMap { [tableNumber(try drawing.unsteered($0)), ""] }
    let rows = zip(cells, labels).map { cell, names in
      names
        + measures.indices.flatMap { place -> [String] in
          guard means[place].indices.contains(cell), changes[place].indices.contains(cell) else { return ["–", "–"] }
          let change = changes[place][cell]
          return [
            tableNumber(means[place][cell].value),
            "\(tableNumber(change.value)) [\(tableNumber(change.low)), \(tableNumber(change.high))]",
          ]
        }
    }
    return htmlTable(
      drawing.axes.map { axisWord($0.name) } + measures.flatMap { [$0.title, "change"] },
      [first] + rows,
      labels: drawing.axes.count, caption: "Means over mazes, and changes from without, with 95 % intervals")
  }

  func add(to notebook: inout NotebookBuilder) throws {
    for group in groups { try notebook.addStudy(group) }
  }
}
