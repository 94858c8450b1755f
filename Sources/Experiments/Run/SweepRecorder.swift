import ActivationStore
import Patching

/// Takes a sweep's blocks to the results file and sums up their effects on the way.
///
/// `@unchecked Sendable`: the engine delivers one block at a time.
final class SweepRecorder: @unchecked Sendable {
  private let plan: PlannedSweep
  private let results: ResultsWriter
  private let metrics: [Metric]
  private let examples: Int
  /// Examples that lack the positions at which paths begin or end.
  private let absent: Set<Int>
  private var effects: EffectSums
  /// Cells whose examples come in several blocks, until all are there: [cell, example], by dataset.
  private var waiting: [Int: [String: [Float]]] = [:]
  private var missing: [Int: Int] = [:]

  /// - Throws: `StoreError`, as the flags of paths are written.
  init(plan: PlannedSweep, run: ExperimentRun, results: ResultsWriter) throws {
    self.plan = plan
    self.results = results
    metrics = run.experiment.metrics
    let pairs = run.prompts.set.pairs
    examples = pairs.count
    let positions = plan.spec.pathPositions
    absent = Set(pairs.indices.filter { !(positions?.exist(in: pairs[$0].clean.count) ?? true) })
    let (direction, shown) = (run.experiment.direction, metrics[0])
    effects = EffectSums(
      cells: plan.cells, base: run.baselines.base(direction)[shown] ?? [],
      other: run.baselines.other(direction)[shown] ?? [])
    if let hasPath = plan.hasPath {
      try results.write(
        sweep: plan.name, dataset: SweepDeclaration.hasPath, cells: 0..<plan.cells, flags: hasPath.map { $0 ? 1 : 0 })
    }
  }

  /// - Parameter grid: where the block's cells are among those of the results.
  func add(_ block: SweepBlock, _ grid: CellGrid) throws {
    let width = block.examples.count
    let lacking = block.examples.enumerated().filter { absent.contains($1) }.map(\.offset)
    for (name, engineValues) in metrics.map({ ($0.rawValue, block.values[$0] ?? []) })
      + [(SweepDeclaration.changeNorm, block.changeNorms)]
    {
      var (cells, values) = grid.spread(engineValues, cells: block.cells, examples: width)
      for column in lacking { for row in 0..<cells.count { values[row * width + column] = .nan } }
      if name == metrics[0].rawValue { effects.add(values, cells: cells, examples: block.examples) }
      if width == examples {
        try results.write(sweep: plan.name, dataset: name, cells: cells, values: values)
      } else {
        for cell in block.cells.map(grid.place) {
          let row = cell - cells.lowerBound
          wait(name, cell, values[row * width..<(row + 1) * width], examples: block.examples)
        }
      }
    }
    if width != examples {
      for cell in block.cells { try writeIfWhole(grid.place(of: cell), width) }
    }
  }

  func finish() throws -> SweepSummary {
    try results.flush()
    return effects.summary(plan: plan, metric: metrics[0])
  }

  private func wait(_ dataset: String, _ cell: Int, _ values: ArraySlice<Float>, examples range: Range<Int>) {
    waiting[cell, default: [:]][dataset, default: [Float](repeating: .nan, count: examples)]
      .replaceSubrange(range, with: values)
  }

  private func writeIfWhole(_ cell: Int, _ width: Int) throws {
    let left = missing[cell, default: examples] - width
    missing[cell] = left
    guard left == 0, let rows = waiting.removeValue(forKey: cell) else { return }
    missing[cell] = nil
    for (name, row) in rows {
      try results.write(sweep: plan.name, dataset: name, cells: cell..<(cell + 1), values: row)
    }
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
