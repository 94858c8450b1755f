import ActivationStore
import Analysis
import Figures

/// One sweep on the page.
struct SweepCard {
  let sweep: SweepData
  /// The effects that are shown first, and all effects.
  let first: FoundEffects
  let found: [FoundEffects]
  let file: ReportFile

  func body(in report: inout Report) throws -> String {
    let effects = first.effects
    let layers = try found.map(layer)
    var grid = Grid(sweep, id: "sweep-\(sweep.name)", layers: layers, strongest: effects.strongest(1).first)
    grid.paths = sweep.hasPath
    report.grids.append(grid)
    let drawing = SweepFigures(
      sweep: sweep, effects: effects, grid: grid, file: file, metric: first.metric, isEstimated: first.isEstimated)
    var parts = [
      "<h3>\(html(sweep.name))</h3><p>\(html(SweepWords.sweep(sweep, isDenoising: file.isDenoising)))</p>",
      Page.map(grid),
    ]
    if let map = try drawing.map() { report.figures.append(map) }
    if let chart = try drawing.chart() {
      report.figures.append(chart)
      parts.append(Page.chart(chart.figure))
    }
    if !first.isEstimated, let estimated = found.first(where: { $0.metric == first.metric && $0.isEstimated }),
      let scatter = try drawing.scatter(estimated.effects)
    {
      report.figures.append(scatter)
      parts.append(Page.chart(scatter.figure))
    }
    if let transfer = TransferGrid(sweep, found.filter { !$0.isEstimated }, shown: first.metric) {
      report.grids.append(transfer.grid)
      if let figure = try transfer.figure() { report.figures.append(figure) }
      parts.append("<p>\(html(transfer.sentence))</p>\(Page.map(transfer.grid))")
    }
    parts.append(strongest(in: &report))
    return parts.joined(separator: "\n")
  }

  private func layer(_ found: FoundEffects) throws -> Grid.Layer {
    let effects = found.effects
    func floats(_ values: [Double]) -> [Float] { values.map { Float($0) } }
    return Grid.Layer(
      metric: found.metric, source: found.isEstimated ? "estimate" : "run",
      arrays: [
        ("effect", floats(effects.effects.map(\.value))), ("ratio", floats(effects.ratiosOfMeans)),
        ("change", floats(effects.changes)), ("value", floats(effects.means)),
        ("low", floats(effects.effects.map(\.low))),
        ("high", floats(effects.effects.map(\.high))), ("p", floats(effects.p)),
        ("n", effects.counts.map { Float($0) }),
      ], raw: try (found.isEstimated ? sweep.estimates : sweep.runs)[found.metric]?.numbers(),
      isChange: found.isEstimated)
  }

  /// The table of the strongest cells; the strongest one also goes into the summary.
  private func strongest(in report: inout Report) -> String {
    let effects = first.effects
    let cells = effects.strongest(10)
    guard let best = cells.first else { return "<p class=\"meta\">No cell has a normalised effect.</p>" }
    let tokenAxis = sweep.axes.firstIndex { ["position", "source", "destination"].contains($0.name) }
    func labels(_ cell: Int) -> [String] {
      zip(sweep.axes, sweep.indices(ofCell: cell)).enumerated().map { place, entry in
        let label = entry.0.labels.shown[entry.1]
        guard place == tokenAxis, !file.tokens.places.isEmpty else { return label }
        let position = entry.0.position(of: entry.1)
        let index = position < 0 ? file.tokens.places.count + position : position
        return file.tokens.places.indices.contains(index) ? "\(label) \(file.tokens.places[index].name)" : label
      }
    }
    let all = effects.effects[best]
    let place = zip(sweep.axes, labels(best)).map { "\(axisWord($0.name)) \($1)" }.joined(separator: ", ")
    report.short.append(
      """
      <li><span class="what">\(html(sweep.name))</span><span class="value">\(tableNumber(all.value, 2))</span>\
      <span class="bounds">[\(tableNumber(all.low, 2)), \(tableNumber(all.high, 2))]</span> <span>\(html(place))</span></li>
      """)
    return htmlTable(
      sweep.axes.map { axisWord($0.name) } + [
        "effect", "95 % interval", "ratio of means", "p", "p (FDR)", "examples",
      ],
      cells.map { cell in
        let interval = effects.effects[cell]
        return labels(cell) + [
          tableNumber(interval.value), "\(tableNumber(interval.low)) to \(tableNumber(interval.high))",
          tableNumber(effects.ratiosOfMeans[cell]), shownP(effects.p[cell]), shownP(effects.rates[cell]),
          "\(effects.counts[cell])",
        ]
      }, labels: sweep.axes.count,
      caption:
        "The \(cells.count == 1 ? "strongest cell" : "\(cells.count) strongest cells") of \(effects.effects.count { $0.value.isFinite }), by mean normalised effect on \(first.metric)\(first.isEstimated ? ", estimated" : "")"
    )
  }
}
