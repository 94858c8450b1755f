import ActivationStore
import Analysis
import Figures

/// A report put together: what the page says, and which figures and tables go with it.
struct Report {
  let data: ReportData
  private(set) var grids: [Grid] = []
  private(set) var figures: [NamedFigure] = []
  private(set) var tables: [Table] = []
  private var short: [String] = []
  private var sections: [Page.Section] = []
  /// How many drawn signs or all of them, for the footnote.
  private var isExact: Bool { CellEffects.flips.isExact(data.prompts.count) }

  /// - Parameter check: called between parts; what it throws ends the export.
  init(_ data: ReportData, check: () throws -> Void = {}) throws {
    self.data = data
    let baselines = try BaselineRow.all(data)
    tables.append(ReportTables.prompts(data))
    tables.append(ReportTables.baselines(baselines))
    let swept = try sweeps(check)
    try circuit(swept)
    try readouts(check)
    try steering(check)
    additivity()
    sections.insert(contentsOf: [summary(), experiment(), Self.section(baselines, data)].compactMap(\.self), at: 0)
  }

  /// The page, and what had to be left out of it.
  func page() -> (text: String, numbers: Int) {
    let embedded = PageData(data, grids)
    let page = Page(name: data.name, sections: sections + [methods(embedded)], head: head(), data: embedded.json)
    return (page.text, embedded.numbers)
  }

  // MARK: Head

  private func head() -> String {
    let sha = data.header.modelSHA256.prefix(12)
    let facts = [
      "model <code>\(html(data.header.model))</code>",
      sha.isEmpty ? "" : "weights <code title=\"SHA-256 \(html(data.header.modelSHA256))\">\(html(sha))</code>",
      "patchbay \(html(data.header.patchbayVersion))", html(counted(data.prompts.count, "example")),
    ].filter { !$0.isEmpty }
    let unfinished =
      data.isComplete
      ? ""
      : "<p class=\"banner\" role=\"alert\">unfinished: \(data.done) of \(data.cells) cells. The run did not come to its end; what is here may change.</p>"
    return """
      <div class="kicker"><span>Patchbay report</span><button id="theme" type="button" hidden>Theme</button></div>
      <h1>\(html(data.name))</h1>
      <p class="meta">\(facts.joined(separator: " · "))</p>
      \(unfinished)
      """
  }

  private func summary() -> Page.Section? {
    guard !short.isEmpty else { return nil }
    return Page.Section(
      id: "short", title: "In short",
      body:
        "<p>\(data.sweeps.isEmpty ? "What changes most in each study." : "The strongest cell of each sweep, by its mean effect\(data.shownMetric.map { " on <code>\(html($0))</code>" } ?? "")\(data.steering.isEmpty ? "" : ", and what changes most in each steering study").")</p><ul class=\"short\">\(short.joined(separator: "\n"))</ul>"
    )
  }

  // MARK: The experiment

  private func experiment() -> Page.Section {
    let yaml = ExperimentText(data.header.experiment)
    var parts: [String] = []
    let hasTokens = data.tokens.longest > 0
    if !data.sweeps.isEmpty { parts.append("<p class=\"lead\">\(html(ReportWords.direction(data)))</p>") }
    if let metric = data.shownMetric {
      let rest = data.metrics.dropFirst().map {
        "<code>\(html($0))</code> (\(html(ReportWords.metric($0, hasTokens: hasTokens))))"
      }
      parts.append(
        "<p>Shown is <code>\(html(metric))</code>: \(html(ReportWords.metric(metric, hasTokens: hasTokens))).\(rest.isEmpty ? "" : " Also there: \(listed(rest)).")</p>"
      )
    }
    let drawn = data.header.attributes["prompts_drawn"]?.plain.split(separator: ";").first.map(String.init)
    parts.append(
      "<p>Over \(html(drawn ?? counted(data.prompts.count, hasTokens ? "pair of prompts" : "example", hasTokens ? "pairs of prompts" : nil))).</p>"
    )
    parts.append(pair())
    let omissions = data.sweeps.isEmpty ? [] : ReportWords.omissions(data)
    if !omissions.isEmpty {
      parts.append("<h3>Left out</h3><ul>\(omissions.map { "<li>\(html($0))</li>" }.joined())</ul>")
    }
    if yaml.comment != nil {
      let words = yaml.paragraphs.map { $0.isCode ? "<pre>\(html($0.text))</pre>" : "<p>\(html($0.text))</p>" }
      parts.append(
        "<details open><summary>In the author's words</summary><blockquote>\(words.joined(separator: "\n"))</blockquote></details>"
      )
    }
    parts.append(
      "<details><summary>The experiment file</summary><pre tabindex=\"0\">\(html(data.header.experiment))</pre></details>"
    )
    return Page.Section(id: "experiment", title: "The experiment", body: parts.joined(separator: "\n"))
  }

  /// The first prompts, tokens that differ marked; of mazes, their drawing.
  private func pair() -> String {
    guard let prompt = data.prompts.first else { return "" }
    if let maze = prompt.labels["maze"], data.tokens.longest == 0 {
      let drawing = maze.split(separator: "/").joined(separator: "\n")
      return "<details><summary>The first maze</summary><pre>\(html(drawing))</pre></details>"
    }
    guard let clean = data.tokens.clean.first, let corrupted = data.tokens.corrupted.first, !clean.isEmpty else {
      return ""
    }
    func shown(_ own: [String], _ other: [String]) -> String {
      own.enumerated().map { index, token in
        let differs = !other.indices.contains(index) || other[index] != token
        return "<span class=\"tok\(differs ? " d" : "")\">\(html(shownToken(token)))</span>"
      }.joined()
    }
    let metric = data.shownMetric
    func value(_ run: [String: [Float]]) -> String {
      metric.flatMap { name in
        run[name]?.first.map { " <span class=\"meta\">\(html(name)) \(tableNumber(Double($0), 2))</span>" }
      } ?? ""
    }
    let changed = zip(clean, corrupted).count { $0 != $1 }
    let note =
      changed == 0
      ? "both the same" : "\(counted(changed, "token")) of \(clean.count) \(changed == 1 ? "differs" : "differ")"
    return """
      <h3>The first pair <span class="meta">(\(note))</span></h3>
      <dl class="pair"><dt>clean</dt><dd>\(shown(clean, corrupted))\(value(data.clean))</dd>
      <dt>corrupted</dt><dd>\(shown(corrupted, clean))\(value(data.corrupted))</dd></dl>
      """
  }

  private static func section(_ rows: [BaselineRow], _ data: ReportData) -> Page.Section? {
    guard !rows.isEmpty else { return nil }
    func cells(_ interval: Interval?) -> [String] {
      guard let interval else { return ["–", "–"] }
      return [tableNumber(interval.value), "\(tableNumber(interval.low)) to \(tableNumber(interval.high))"]
    }
    let table = htmlTable(
      ["metric", "clean", "95 % interval", "corrupted", "95 % interval", "examples"],
      rows.map { [$0.metric] + cells($0.clean) + cells($0.corrupted) + ["\($0.examples)"] }, labels: 1,
      caption: "The unpatched runs: means over examples")
    return Page.Section(id: "baselines", title: "Without patching", body: "<div class=\"card\">\(table)</div>")
  }

  // MARK: Sweeps

  private mutating func sweeps(_ check: () throws -> Void) throws -> [(sweep: SweepData, effects: CellEffects)] {
    guard let shown = data.shownMetric else { return [] }
    var all: [(sweep: SweepData, effects: CellEffects)] = []
    var bodies: [String] = []
    for sweep in data.sweeps {
      try check()
      var found: [(metric: String, estimated: Bool, effects: CellEffects)] = []
      for metric in data.metrics {
        if let effects = try sweep.effects(metric, of: data) { found.append((metric, false, effects)) }
      }
      for metric in data.metrics {
        if let effects = try sweep.effects(metric, of: data, estimated: true) { found.append((metric, true, effects)) }
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
      sections.append(Page.Section(id: "sweeps", title: "Sweeps", body: bodies.joined(separator: "\n"), hasMaps: true))
    }
    return all
  }

  private mutating func body(
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

  private static func layer(
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
      ], raw: found.estimated ? sweep.estimates[found.metric] : sweep.values[found.metric], isChange: found.estimated)
  }

  private mutating func strongest(
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

  private mutating func circuit(_ swept: [(sweep: SweepData, effects: CellEffects)]) throws {
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

  // MARK: Readouts, steering, additivity

  private mutating func readouts(_ check: () throws -> Void) throws {
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
              "\(readout.count("example"))"
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
          id: "readouts", title: "Read off the unpatched runs", body: bodies.joined(separator: "\n"), hasMaps: true))
    }
  }

  private mutating func maps(_ drawing: ReadoutFigures, _ parts: inout [String]) throws {
    tables.append(ReportTables.group(drawing.readout, name: "readout-\(drawing.readout.name)"))
    for grid in drawing.grids() {
      grids.append(grid)
      parts.append(Page.map(grid))
    }
    figures += try drawing.maps()
  }

  private mutating func steering(_ check: () throws -> Void) throws {
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
      parts += fields.map { Page.chart($0.figure, isWide: true) }
      figures += charts + fields
      parts.append(table(drawing))
      short += Self.short(drawing)
      tables.append(ReportTables.group(study, name: "steering-\(study.name)"))
      bodies.append("<div class=\"card\">\(parts.joined(separator: "\n"))</div>")
    }
    if !bodies.isEmpty {
      sections.append(
        Page.Section(id: "steering", title: "Steering in mazes", body: bodies.joined(separator: "\n"), hasMaps: true))
    }
  }

  /// The choice of coefficients that changes most where the mouse heads.
  private static func short(_ drawing: SteeringFigures) -> [String] {
    let found = drawing.strongest()
    guard let (change, mean, place) = found else { return [] }
    return [
      """
      <li><span class="what">\(html(drawing.study.name)): \(html(SteeringFigures.title(drawing.subject)))</span>\
      <span class="value">\(tableNumber(mean, 2))</span><span class="bounds">\(change.value > 0 ? "+" : "")\(tableNumber(change.value, 2)) \
      [\(tableNumber(change.low, 2)), \(tableNumber(change.high, 2))]</span> <span>\(html(place))</span></li>
      """
    ]
  }

  private func table(_ drawing: SteeringFigures) -> String {
    let measures = drawing.measured.filter { $0 != "field_change" }
    let means = measures.map { drawing.intervals($0, "mean") }
    let changes = measures.map { drawing.intervals($0, "change") }
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
      drawing.axes.map { ReportWords.word($0.name) } + measures.flatMap { [SteeringFigures.title($0), "change"] },
      [first] + rows,
      labels: drawing.axes.count, caption: "Means over mazes, and changes from without, with 95 % intervals")
  }

  private mutating func additivity() {
    let bodies = data.additivity.map { group -> String in
      tables.append(ReportTables.group(group, name: "additivity-\(group.name)"))
      func size(_ name: String, _ picked: @escaping (Int) -> Bool) -> Double {
        let values = group.datasets[name]?.values ?? []
        let own = values.indices.lazy.filter { picked($0) && values[$0].isFinite }.map { values[$0] * values[$0] }
        return finiteMean(own).squareRoot()
      }
      func row(_ name: String, _ change: Double, _ interaction: Double) -> [String] {
        [
          name, tableNumber(change), tableNumber(interaction),
          change > 0 ? tableNumber(100 * interaction / change, 1) + " %" : "–",
        ]
      }
      var rows = data.metrics.filter { group.datasets["\($0)_change"] != nil }.map { metric in
        row(metric, size("\(metric)_change") { _ in true }, size("\(metric)_interaction") { _ in true })
      }
      let (names, examples) = (group.labels("activation"), max(1, group.count("example")))
      for (place, name) in names.enumerated() where group.datasets["change_norm"] != nil {
        let own = { (index: Int) in index / examples % names.count == place }
        rows.append(row(name, size("change_norm", own), size("interaction_norm", own)))
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
      sections.append(Page.Section(id: "additivity", title: "Additivity", body: bodies.joined(separator: "\n")))
    }
  }

  // MARK: How it was computed

  private func methods(_ embedded: PageData) -> Page.Section {
    let p =
      isExact
      ? "all \(1 << data.prompts.count) choices of signs were gone through"
      : "\(CellEffects.flips.flips) random choices of signs (seed \(CellEffects.flips.seed)); p = (1 + as far from 0) / (1 + choices), so that it is at least \(tableNumber(1 / Double(CellEffects.flips.flips + 1), 4))"
    var notes = [
      "Effect: (patched − base) / (other − base), example by example, then the mean over examples. Ratio of means: the same of the means. They differ where the distance between the two runs differs between examples. Examples without a distance have no effect and are counted out.",
      "Intervals: percentile bootstrap over examples, \(CellEffects.bootstrap.redraws) redraws (seed \(CellEffects.bootstrap.seed)), all cells under the same redraws. They say how much depends on which examples were drawn, not whether the experiment asks the right question.",
      "p: sign-flip permutation test, two-sided, of the mean effect against 0, for each cell by itself: \(p). p (FDR): Benjamini and Hochberg's correction over the cells of the sweep. The ten strongest were picked for being strong, so that their intervals are a little optimistic.",
    ]
    if data.steering.contains(where: { $0.datasets.keys.contains { $0.hasSuffix("_change") } }) {
      notes.append("Intervals of steering in mazes are those of the results file.")
    }
    if !embedded.leftOut.isEmpty {
      notes.append(
        "To keep this page small, it holds means only, no values of single examples, of: \(embedded.leftOut.joined(separator: ", ")). The results file has all."
      )
    }
    if !data.siblings.isEmpty { notes.append("Beside the results file: \(listed(data.siblings)).") }
    let file = data.path.split(separator: "/").last.map(String.init) ?? data.path
    notes.append("Made from \(file) alone. Every figure is in figures/ as SVG and PNG, every table in tables/ as CSV.")
    return Page.Section(
      id: "methods", title: "How to read the numbers", body: notes.map { "<p>\(html($0))</p>" }.joined(separator: "\n"))
  }
}
