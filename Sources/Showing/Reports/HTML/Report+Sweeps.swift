import ActivationStore
import Analysis
import Figures

/// Sweeps: a card for each, and the circuit of all paths.
extension Report {
  mutating func sweeps(_ check: () throws -> Void) throws -> [(sweep: SweepData, effects: CellEffects)] {
    guard let shown = data.shownMetric else { return [] }
    var all: [(sweep: SweepData, effects: CellEffects)] = []
    var bodies: [String] = []
    for sweep in data.sweeps {
      try check()
      var found: [(metric: String, estimated: Bool, effects: CellEffects)] = []
      for metric in data.metrics {
        if let effects = sweep.effects(metric, of: data) { found.append((metric, false, effects)) }
      }
      for metric in data.metrics {
        if let effects = sweep.effects(metric, of: data, estimated: true) { found.append((metric, true, effects)) }
      }
      guard let first = found.first(where: { $0.metric == shown }) ?? found.first else {
        bodies.append(
          "<div class=\"card\"><h3>\(html(sweep.name))</h3><p>No cell can be compared with a baseline.</p></div>")
        continue
      }
      tables.append(ReportTables.sweep(sweep, found, data))
      all.append((sweep, first.effects))
      bodies.append(try body(sweep, first, found))
    }
    if !bodies.isEmpty {
      sections.append(
        Page.Section(id: Schema.sweeps.name, title: "Sweeps", body: bodies.joined(separator: "\n"), hasMaps: true))
    }
    return all
  }

  mutating func body(
    _ sweep: SweepData, _ first: (metric: String, estimated: Bool, effects: CellEffects),
    _ found: [(metric: String, estimated: Bool, effects: CellEffects)]
  ) throws -> String {
    let effects = first.effects
    let layers = found.map { Self.layer(sweep, $0) }
    var grid = Grid(sweep, id: "sweep-\(sweep.name)", layers: layers, strongest: effects.strongest(1).first)
    grid.paths = sweep.hasPath
    grids.append(grid)
    let drawing = SweepFigures(
      sweep: sweep, effects: effects, grid: grid, data: data, metric: first.metric, isEstimated: first.estimated)
    var parts = [
      "<h3>\(html(sweep.name))</h3><p>\(html(ReportWords.sweep(sweep, isDenoising: data.isDenoising)))</p>",
      Page.map(grid),
    ]
    if let map = try drawing.map() { figures.append(map) }
    if let chart = try drawing.chart() {
      figures.append(chart)
      parts.append(Page.chart(chart.figure))
    }
    if !first.estimated, let estimated = found.first(where: { $0.metric == first.metric && $0.estimated }),
      let scatter = try drawing.scatter(estimated.effects)
    {
      figures.append(scatter)
      parts.append(Page.chart(scatter.figure))
    }
    if let transfer = TransferGrid(sweep, found.filter { !$0.estimated }, shown: first.metric) {
      grids.append(transfer.grid)
      if let figure = try transfer.figure() { figures.append(figure) }
      parts.append("<p>\(html(transfer.sentence))</p>\(Page.map(transfer.grid))")
    }
    parts.append(strongest(sweep, first, grid))
    return "<div class=\"card\">\(parts.joined(separator: "\n"))</div>"
  }

  static func layer(
    _ sweep: SweepData, _ found: (metric: String, estimated: Bool, effects: CellEffects)
  ) -> Grid.Layer {
    let effects = found.effects
    func floats(_ values: [Double]) -> [Float] { values.map { Float($0) } }
    return Grid.Layer(
      metric: found.metric, source: found.estimated ? "estimate" : "run",
      arrays: [
        ("effect", floats(effects.effects.map(\.value))), ("ratio", floats(effects.ratiosOfMeans)),
        ("change", floats(effects.changes)), ("value", floats(effects.means)),
        ("low", floats(effects.effects.map(\.low))),
        ("high", floats(effects.effects.map(\.high))), ("p", floats(effects.p)),
        ("n", effects.counts.map { Float($0) }),
      ], raw: found.estimated ? sweep.estimates[found.metric]?.floats : sweep.runs[found.metric]?.floats,
      isChange: found.estimated)
  }

  mutating func strongest(
    _ sweep: SweepData, _ first: (metric: String, estimated: Bool, effects: CellEffects), _ grid: Grid
  ) -> String {
    let effects = first.effects
    let cells = effects.strongest(10)
    guard let best = cells.first else { return "<p class=\"meta\">No cell has a normalised effect.</p>" }
    let tokenAxis = sweep.axes.firstIndex { ["position", "source", "destination"].contains($0.name) }
    func labels(_ cell: Int) -> [String] {
      zip(sweep.axes, sweep.indices(ofCell: cell)).enumerated().map { place, entry in
        let label = entry.0.labels.shown[entry.1]
        guard place == tokenAxis, !data.tokens.places.isEmpty else { return label }
        let position = ReportTables.position(entry.1, entry.0)
        let index = position < 0 ? data.tokens.places.count + position : position
        return data.tokens.places.indices.contains(index) ? "\(label) \(data.tokens.places[index].name)" : label
      }
    }
    let all = effects.effects[best]
    let place = zip(sweep.axes, labels(best)).map { "\(ReportWords.word($0.name)) \($1)" }.joined(separator: ", ")
    short.append(
      """
      <li><span class="what">\(html(sweep.name))</span><span class="value">\(tableNumber(all.value, 2))</span>\
      <span class="bounds">[\(tableNumber(all.low, 2)), \(tableNumber(all.high, 2))]</span> <span>\(html(place))</span></li>
      """)
    return htmlTable(
      sweep.axes.map { ReportWords.word($0.name) } + [
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
        "The \(cells.count == 1 ? "strongest cell" : "\(cells.count) strongest cells") of \(effects.effects.count { $0.value.isFinite }), by mean normalised effect on \(first.metric)\(first.estimated ? ", estimated" : "")"
    )
  }

  mutating func circuit(_ swept: [(sweep: SweepData, effects: CellEffects)]) throws {
    let edges = CircuitFigure.edges(swept)
    guard let metric = data.shownMetric,
      let still = CircuitFigure.graph(edges, metric: metric, name: data.name, keepsHidden: false),
      let graph = CircuitFigure.graph(edges, metric: metric, name: data.name, keepsHidden: true)
    else { return }
    figures.append(NamedFigure(name: "circuit", figure: try still.figure()))
    let largest = graph.edges.map { abs($0.effect) }.max() ?? 1
    let smallest = graph.edges.map { abs($0.effect) }.min() ?? 0
    sections.append(
      Page.Section(
        id: "circuit", title: "Paths as a circuit",
        body: """
          <div class="card"><p>Heads by layer, from below upwards, and the strongest of the paths that were asked about; what was not asked about is not here. \
          Solid edges that end in an arrow move the outcome towards the other run, dashed ones that end in a bar away from it.</p>
          <figure class="chart wide circuit"><div class="controls" hidden><label>threshold <input type="range" min="\(smallest)" max="\(largest)" step="\(largest / 200)" value="\(graph.threshold)" aria-label="smallest effect that is drawn"></label> <output></output></div>
          \(try graph.figure().inlineSVG)</figure></div>
          """))
  }
}
