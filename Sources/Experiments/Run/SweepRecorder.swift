import ActivationStore
import Patching

/// Takes a sweep's blocks to the partial file as they are done.
///
/// Blocks may come from several threads: the file takes one at a time.
struct SweepRecorder: Sendable {
  private let plan: PlannedSweep
  private let file: PartialResults
  private let metrics: [Metric]
  /// Examples that lack the positions at which paths begin or end.
  private let absent: Set<Int>

  init(plan: PlannedSweep, run: ExperimentRun, file: PartialResults) {
    self.plan = plan
    self.file = file
    metrics = run.experiment.metrics
    let pairs = run.prompts.set.pairs
    let positions = plan.spec.pathPositions
    absent = Set(pairs.indices.filter { !(positions?.exist(in: pairs[$0].length) ?? true) })
  }

  /// Cells that were run.
  /// - Parameter grid: where the block's cells are among those of the results.
  func add(_ block: SweepBlock, _ grid: CellGrid) throws {
    let width = block.examples.count
    let lacking = block.examples.enumerated().filter { absent.contains($1) }.map(\.offset)
    var span = 0..<0
    var datasets: [(name: String, values: [Float])] = []
    func spread(_ engineValues: [Float], _ name: String) {
      var (cells, values) = grid.spread(engineValues, cells: block.cells, examples: width)
      for column in lacking { for row in 0..<cells.count { values[row * width + column] = .nan } }
      span = cells
      datasets.append((name, values))
    }
    for metric in metrics { spread(block.values[metric] ?? [], metric.rawValue) }
    spread(block.changeNorms, SweepDeclaration.changeNorm)
    try file.write(
      sweep: plan.name, .run, span: span, examples: block.examples, done: block.cells.map(grid.place),
      datasets: datasets)
  }

  /// Cells that were estimated. Where they are run as well, norms are those of the runs.
  func add(_ block: EstimateBlock) throws {
    var datasets = metrics.map { (name: SweepDeclaration.attribution(of: $0), values: block.changes[$0] ?? []) }
    if !plan.spec.method.runs { datasets.append((SweepDeclaration.changeNorm, block.changeNorms)) }
    try file.write(
      sweep: plan.name, .estimate, span: block.cells, examples: block.examples, done: Array(block.cells),
      datasets: datasets)
  }
}

extension SweepSpec {
  /// Where paths begin and end; nil for sweeps over sites.
  fileprivate var pathPositions: PathPositions? {
    switch kind {
    case .site: nil
    case .path(let path): path.positions
    case .edges(let edges): edges.positions
    }
  }
}
