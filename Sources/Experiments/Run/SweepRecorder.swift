import ActivationStore
import Patching

/// Takes a sweep's blocks to the results file and sums up their effects on the way.
///
/// `@unchecked Sendable`: the engine delivers one block at a time.
final class SweepRecorder: @unchecked Sendable {
  private let plan: SweepPlan
  private let results: ResultsWriter
  private let metrics: [Metric]
  private let examples: Int
  private var effects: EffectSums
  /// Cells whose examples come in several blocks, until all are there: [cell, example], by dataset.
  private var waiting: [Int: [String: [Float]]] = [:]
  private var missing: [Int: Int] = [:]

  init(plan: SweepPlan, run: ExperimentRun, results: ResultsWriter) {
    self.plan = plan
    self.results = results
    metrics = run.experiment.metrics
    examples = run.prompts.set.count
    let (direction, shown) = (run.experiment.direction, metrics[0])
    effects = EffectSums(
      cells: plan.cells, base: run.baselines.base(direction)[shown] ?? [],
      other: run.baselines.other(direction)[shown] ?? [])
  }

  func add(_ block: SweepBlock) throws {
    if let shown = block.values[metrics[0]] { effects.add(shown, cells: block.cells, examples: block.examples) }
    if block.examples == 0..<examples {
      for (name, values) in datasets(of: block) { try write(name, block.cells, values) }
    } else {
      try assemble(block)
    }
  }

  func finish() throws -> SweepSummary {
    try results.flush()
    return effects.summary(plan: plan, metric: metrics[0])
  }

  private func datasets(of block: SweepBlock) -> [(String, [Float])] {
    metrics.map { ($0.rawValue, block.values[$0] ?? []) } + [("change_norm", block.changeNorms)]
  }

  private func write(_ dataset: String, _ cells: Range<Int>, _ values: [Float]) throws {
    try results.write(sweep: plan.sweep.name, dataset: dataset, cells: cells, values: values)
  }

  private func assemble(_ block: SweepBlock) throws {
    let width = block.examples.count
    for (place, cell) in block.cells.enumerated() {
      for (name, values) in datasets(of: block) {
        let own = values[(place * width)..<((place + 1) * width)]
        var row = waiting[cell]?[name] ?? [Float](repeating: .nan, count: examples)
        row.replaceSubrange(block.examples, with: own)
        waiting[cell, default: [:]][name] = row
      }
      let left = missing[cell, default: examples] - width
      missing[cell] = left
      guard left == 0, let rows = waiting.removeValue(forKey: cell) else { continue }
      for (name, row) in rows { try write(name, cell..<(cell + 1), row) }
    }
  }
}
