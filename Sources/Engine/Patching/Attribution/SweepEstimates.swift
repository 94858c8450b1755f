import Foundation

/// A whole sweep's estimates in memory.
public struct SweepEstimates: Sendable {
  /// For each metric, [the plan's axes..., example]: the estimated change, edited minus base.
  public let changes: [Metric: [Float]]
  /// [the plan's axes..., example]
  public let changeNorms: [Float]
}

extension PatchingEngine {
  /// Estimates all cells of a planned sweep and returns them.
  /// - Throws: as `attribute(_:deliver:)`.
  public func estimates(_ plan: SweepPlan) throws -> SweepEstimates {
    let collector = EstimateCollector(cells: plan.cells, metrics: metrics, examples: prompts.count)
    try attribute(plan) { collector.add($0) }
    return collector.estimates
  }
}

/// Collects blocks in their places. `@unchecked Sendable`: the engine delivers one block at a time.
private final class EstimateCollector: @unchecked Sendable {
  private let examples: Int
  private var changes: [Metric: [Float]] = [:]
  private var changeNorms: [Float]

  init(cells: Int, metrics: [Metric], examples: Int) {
    self.examples = examples
    changeNorms = [Float](repeating: .nan, count: cells * examples)
    for metric in metrics { changes[metric] = changeNorms }
  }

  func add(_ block: EstimateBlock) {
    for (i, cell) in block.cells.enumerated() {
      for (j, example) in block.examples.enumerated() {
        let (from, to) = (i * block.examples.count + j, cell * examples + example)
        for (metric, numbers) in block.changes { changes[metric]?[to] = numbers[from] }
        changeNorms[to] = block.changeNorms[from]
      }
    }
  }

  var estimates: SweepEstimates { SweepEstimates(changes: changes, changeNorms: changeNorms) }
}
