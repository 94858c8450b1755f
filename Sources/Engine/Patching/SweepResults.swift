import LabelledArrays
import Synchronization

/// A whole sweep's results in memory.
public struct SweepResults: Sendable {
  /// The plan's axes, then `example`.
  public let axes: [LabelledAxis]
  /// For each metric, [the plan's axes..., example].
  public let values: [Metric: [Float]]
  /// [the plan's axes..., example]
  public let changeNorms: [Float]
  /// Floating-point operations of the sweep's matrix products.
  public let productOperations: Double

  /// A metric's values, [the plan's axes..., example]; empty for one that was not read.
  public subscript(metric: Metric) -> [Float] { values[metric] ?? [] }

  /// A metric of the patched runs with its labels; nil for one that was not read.
  public func array(_ metric: Metric) -> LabelledArray? {
    values[metric].map { LabelledArray(metric.rawValue, axes: axes, values: $0) }
  }
}

extension PatchingEngine {
  /// Plans a sweep, runs it and returns all of its results.
  /// - Returns: [the axes of `over`, then those of what is added..., example]; `plan(_:)` gives their labels.
  /// - Throws: as `plan(_:)` and `run(_:deliver:)`.
  public func results(_ sweep: Sweep) throws -> SweepResults { try results(try plan(sweep)) }

  /// Runs a planned sweep and returns all of its results.
  /// - Throws: as `run(_:deliver:)`.
  public func results(_ plan: SweepPlan) throws -> SweepResults {
    try collected(plan.labelledAxes) { deliver in try run(plan, deliver: deliver) }
  }

  /// Runs a planned path sweep and returns all of its results: [sender, example], or [sender, receiver, example].
  /// - Throws: as `run(_:deliver:)`.
  public func results(_ plan: PathPlan) throws -> SweepResults {
    try collected(plan.labelledAxes) { deliver in try run(plan, deliver: deliver) }
  }

  private func collected(
    _ axes: [LabelledAxis], _ run: (@Sendable (SweepBlock) throws -> Void) throws -> Void
  ) throws -> SweepResults {
    let all = Mutex((values: CellValues(cells: axes.shape.count, metrics, examples: prompts.count), operations: 0.0))
    try run { block in
      all.withLock {
        $0.values.add(block.values, block.changeNorms, cells: block.cells, examples: block.examples)
        $0.operations += block.productOperations
      }
    }
    return all.withLock {
      SweepResults(
        axes: axes + [LabelledAxis("example", .range(prompts.count))], values: $0.values.metrics,
        changeNorms: $0.values.changeNorms, productOperations: $0.operations)
    }
  }
}

/// Numbers of cells and examples, of which blocks come in any order; NaN until then.
struct CellValues: Sendable {
  /// For each metric, [cell, example].
  private(set) var metrics: [Metric: [Float]] = [:]
  /// [cell, example]
  private(set) var changeNorms: [Float]
  private let examples: Int

  init(cells: Int, _ metrics: [Metric], examples: Int) {
    self.examples = examples
    changeNorms = [Float](repeating: .nan, count: cells * examples)
    for metric in metrics { self.metrics[metric] = changeNorms }
  }

  /// Puts a block's numbers, [cell, example] of the block, in their places.
  mutating func add(_ values: [Metric: [Float]], _ norms: [Float], cells: Range<Int>, examples range: Range<Int>) {
    for (i, cell) in cells.enumerated() {
      for (j, example) in range.enumerated() {
        let (from, to) = (i * range.count + j, cell * examples + example)
        for (metric, numbers) in values { metrics[metric]?[to] = numbers[from] }
        changeNorms[to] = norms[from]
      }
    }
  }
}
