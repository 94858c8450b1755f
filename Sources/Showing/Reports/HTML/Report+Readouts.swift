import ActivationStore
import Analysis
import Figures
import LabelledArrays

/// What was read off the unpatched runs, steering in mazes, and what is not additive.
extension Report {
  mutating func readouts(_ check: () throws -> Void) throws {
    var bodies: [String] = []
    for readout in data.readouts {
      try check()
      let drawing = ReadoutFigures(readout: readout, data: data)
      var parts = ["<h3>\(html(readout.name))</h3>"]
      switch drawing.kind {
      case "direct_logit_attribution":
        parts.append(
          "<p>Direct logit attribution: what each part of the residual stream adds to the logit difference by itself, in the unpatched runs. The parts sum to the logit difference.</p>"
        )
        let found = try drawing.parts()
        var table = Table("readout-\(readout.name)", header: ["run", "part", "mean", "low", "high", "n"])
        for part in found {
          let interval = part.interval
          table.add(
            [part.run, part.name] + [interval.value, interval.low, interval.high].map(Table.number) + [
              "\(readout.count(Schema.Axis.example))"
            ])
        }
        tables.append(table)
        if let bars = try drawing.bars(found) {
          figures.append(bars)
          parts.append(Page.chart(bars.figure))
        }
      case "attention":
        parts.append(
          "<p>Attention of the unpatched runs: how much each token (down) takes from each token before it (across).</p>"
        )
        try maps(drawing, &parts)
      default:
        parts.append(
          "<p>Logit lens: the residual stream before each layer, and after the last, read through the final norm and the unembedding as if it were the output.</p>"
        )
        try maps(drawing, &parts)
      }
      bodies.append("<div class=\"card\">\(parts.joined(separator: "\n"))</div>")
    }
    if !bodies.isEmpty {
      sections.append(
        Page.Section(
          id: Schema.readouts.name, title: "Read off the unpatched runs", body: bodies.joined(separator: "\n"),
          hasMaps: true))
    }
  }

  mutating func maps(_ drawing: ReadoutFigures, _ parts: inout [String]) throws {
    tables.append(ReportTables.group(drawing.readout, name: "readout-\(drawing.readout.name)"))
    for grid in drawing.grids() {
      grids.append(grid)
      parts.append(Page.map(grid))
    }
    figures += try drawing.maps()
  }

  mutating func steering(_ check: () throws -> Void) throws {
    var bodies: [String] = []
    for study in data.steering {
      try check()
      let drawing = SteeringFigures(study: study, data: data)
      var parts = ["<h3>\(html(study.name))</h3><p>\(html(drawing.sentence))</p>"]
      if let grid = drawing.transferGrid() {
        grids.append(grid)
        parts.append(Page.map(grid))
      }
      let charts = try drawing.charts()
      let shown = charts.filter { !$0.name.hasSuffix("-transfer") }.map { Page.chart($0.figure) }
      if !shown.isEmpty { parts.append("<div class=\"charts\">\(shown.joined(separator: "\n"))</div>") }
      let fields = try drawing.fields()
      parts += fields.map { Page.chart($0.figure, isMaze: true) }
      figures += charts + fields
      parts.append(table(drawing))
      short += Self.short(drawing)
      tables.append(ReportTables.group(study, name: "steering-\(study.name)"))
      bodies.append("<div class=\"card\">\(parts.joined(separator: "\n"))</div>")
    }
    if !bodies.isEmpty {
      sections.append(
        Page.Section(
          id: Schema.steering.name, title: "Steering in mazes", body: bodies.joined(separator: "\n"), hasMaps: true))
    }
  }

  /// The choice of coefficients that changes most where the mouse heads.
  static func short(_ drawing: SteeringFigures) -> [String] {
    let found = drawing.strongest()
    guard let (change, mean, place) = found else { return [] }
    return [
      """
      <li><span class="what">\(html(drawing.study.name)): \(html(drawing.subject.title))</span>\
      <span class="value">\(tableNumber(mean, 2))</span><span class="bounds">\(change.value > 0 ? "+" : "")\(tableNumber(change.value, 2)) \
      [\(tableNumber(change.low, 2)), \(tableNumber(change.high, 2))]</span> <span>\(html(place))</span></li>
      """
    ]
  }

  func table(_ drawing: SteeringFigures) -> String {
    let measures = drawing.measured.filter { $0 != .fieldChange }
    let means = measures.map(drawing.means)
    let changes = measures.map(drawing.changes)
    let (cells, labels) = drawing.rows()
    let none = ["without"] + (0..<max(0, drawing.axes.count - 1)).map { _ in "" }
    let first = none + measures.flatMap { [tableNumber(drawing.unsteered($0)), ""] }
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
      drawing.axes.map { ReportWords.word($0.name) } + measures.flatMap { [$0.title, "change"] },
      [first] + rows,
      labels: drawing.axes.count, caption: "Means over mazes, and changes from without, with 95 % intervals")
  }

  mutating func additivity() {
    let bodies = data.additivity.map { group -> String in
      tables.append(ReportTables.group(group, name: "additivity-\(group.name)"))
      /// The root mean square of an array, or of its part at one entry of the axis `activation`.
      func size(_ name: String, activation: Int? = nil) -> Double {
        guard let array = group[name] else { return .nan }
        let part = activation.flatMap { try? array.select(Schema.Axis.activation, at: $0) } ?? array
        return finiteMean(part.floats.lazy.filter(\.isFinite).map { $0 * $0 }).squareRoot()
      }
      func row(_ name: String, _ change: Double, _ interaction: Double) -> [String] {
        [
          name, tableNumber(change), tableNumber(interaction),
          change > 0 ? tableNumber(100 * interaction / change, 1) + " %" : "–",
        ]
      }
      var rows = data.metrics.filter { group[Schema.Additivity.change(of: $0)] != nil }.map { metric in
        row(metric, size(Schema.Additivity.change(of: metric)), size(Schema.Additivity.interaction(of: metric)))
      }
      if group[Schema.Additivity.changeNorm] != nil {
        rows += group.labels(Schema.Axis.activation).enumerated().map { place, name in
          row(
            name, size(Schema.Additivity.changeNorm, activation: place),
            size(Schema.Additivity.interactionNorm, activation: place))
        }
      }
      return "<div class=\"card\"><h3>\(html(group.name))</h3>"
        + htmlTable(
          ["of", "change", "not the sum", "share"], rows, labels: 1,
          caption:
            "Root mean square over cells and examples: what the directions change together, and what of that is not the sum of what each changes alone"
        )
        + "</div>"
    }
    if !bodies.isEmpty {
      sections.append(
        Page.Section(id: Schema.additivity.name, title: "Additivity", body: bodies.joined(separator: "\n")))
    }
  }
}
