import Foundation
import LabelledArrays

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
    let collector = ResultsCollector(axes: plan.labelledAxes, metrics: metrics, examples: prompts.count)
    try run(plan) { collector.add($0) }
    return collector.results
  }

  /// Runs a planned path sweep and returns all of its results: [sender, example], or [sender, receiver, example].
  /// - Throws: as `run(_:deliver:)`.
  public func results(_ plan: PathPlan) throws -> SweepResults {
    let collector = ResultsCollector(axes: plan.labelledAxes, metrics: metrics, examples: prompts.count)
    try run(plan) { collector.add($0) }
    return collector.results
  }
}

/// Collects blocks in their places. `@unchecked Sendable`: the engine delivers one block at a time.
private final class ResultsCollector: @unchecked Sendable {
  private let axes: [LabelledAxis]
  private let examples: Int
  private var values: [Metric: [Float]] = [:]
  private var changeNorms: [Float]
  private var operations = 0.0

  init(axes: [LabelledAxis], metrics: [Metric], examples: Int) {
    self.axes = axes + [LabelledAxis("example", .range(examples))]
    self.examples = examples
    let count = self.axes.shape.count
    for metric in metrics { values[metric] = [Float](repeating: .nan, count: count) }
    changeNorms = [Float](repeating: .nan, count: count)
  }

  func add(_ block: SweepBlock) {
    operations += block.productOperations
    for (i, cell) in block.cells.enumerated() {
      for (j, example) in block.examples.enumerated() {
        let (from, to) = (i * block.examples.count + j, cell * examples + example)
        for (metric, numbers) in block.values { values[metric]?[to] = numbers[from] }
        changeNorms[to] = block.changeNorms[from]
      }
    }
  }

  var results: SweepResults {
    SweepResults(axes: axes, values: values, changeNorms: changeNorms, productOperations: operations)
  }
}
