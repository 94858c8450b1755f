import ActivationStore
import Analysis
import Figures

/// Sweeps over sites and paths: a card per sweep, and the circuit of all paths.
struct SweepsReport: ReportPart {
  let file: ReportFile
  let groups: [StoredGroup]

  init?(in file: ReportFile) throws {
    groups = try file.groups(of: Schema.sweeps)
    self.file = file
    if groups.isEmpty || file.format != .results { return nil }
  }

  var comparesRuns: Bool { true }

  var notes: [String] {
    let p =
      CellEffects.flips.isExact(file.prompts.count)
      ? "all \(1 << file.prompts.count) choices of signs were enumerated"
      : "\(CellEffects.flips.flips) random choices of signs (seed \(CellEffects.flips.seed)); p = (1 + choices at least as far from 0) / (1 + choices), so it is at least \(tableNumber(1 / Double(CellEffects.flips.flips + 1), 4))"
    return [
      "Effect: (patched − base) / (other − base), per example, then averaged over examples. Ratio of means: the same formula applied to the means. The two differ if the distance between the runs varies between examples. Examples without a distance have no effect and are excluded.",
      Bootstrap.noteOfReports,
      "p: sign-flip permutation test, two-sided, of the mean effect against 0, for each cell separately: \(p). p (FDR): Benjamini and Hochberg's correction over the cells of the sweep. The ten strongest were selected for their strength, so their intervals are slightly optimistic.",
    ]
  }

  func show(in report: inout Report, check: () throws -> Void) throws {
    guard let shown = file.shownMetric else { return }
    report.shortWords.append("the strongest cell of each sweep, by its mean effect on <code>\(html(shown))</code>")
    var paths: [(sweep: SweepData, effects: CellEffects)] = []
    var cards: [String] = []
    for group in groups {
      try check()
      let sweep = try SweepData(group, in: file)
      report.cells += sweep.cells
      report.done += file.isComplete ? sweep.cells : try sweep.done()
      let found = try sweep.effects(in: file)
      guard let first = found.first(where: { $0.metric == shown }) ?? found.first else {
        cards.append("<h3>\(html(sweep.name))</h3><p>No cell can be compared with a baseline.</p>")
        continue
      }
      report.tables.append(Table(sweep, found, tokens: file.tokens))
      if sweep.isPath { paths.append((sweep, first.effects)) }
      cards.append(try SweepCard(sweep: sweep, first: first, found: found, file: file).body(in: &report))
    }
    report.addSection(Schema.sweeps.name, "Sweeps", cards: cards, hasMaps: true)
    try circuit(paths, metric: shown, in: &report)
  }

  private func circuit(
    _ paths: [(sweep: SweepData, effects: CellEffects)], metric: String, in report: inout Report
  ) throws {
    let edges = CircuitFigure.edges(paths)
    guard let still = CircuitFigure.graph(edges, metric: metric, name: file.name, keepsHidden: false),
      let graph = CircuitFigure.graph(edges, metric: metric, name: file.name, keepsHidden: true)
    else { return }
    report.figures.append(NamedFigure(name: "circuit", figure: try still.figure()))
    let largest = graph.edges.map { abs($0.effect) }.max() ?? 1
    let smallest = graph.edges.map { abs($0.effect) }.min() ?? 0
    report.addSection(
      "circuit", "Paths as a circuit",
      cards: [
        """
        <p>Heads by layer, from below upwards, and the strongest of the paths that were asked about; what was not asked about is not here. \
        Solid edges that end in an arrow move the outcome towards the other run, dashed ones that end in a bar away from it.</p>
        <figure class="chart wide circuit"><div class="controls" hidden><label>threshold <input type="range" min="\(smallest)" max="\(largest)" step="\(largest / 200)" value="\(graph.threshold)" aria-label="smallest effect that is drawn"></label> <output></output></div>
        \(try graph.figure().inlineSVG)</figure>
        """
      ])
  }

  func add(to notebook: inout NotebookBuilder) throws {
    let shown = try notebook.addSweeps(groups)
    try notebook.at(.goingOn) { try $0.addNextSteps(shown) }
  }
}
