import Synchronization

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
    let all = Mutex(CellValues(cells: plan.cells, metrics, examples: prompts.count))
    try attribute(plan) { block in
      all.withLock { $0.add(block.changes, block.changeNorms, cells: block.cells, examples: block.examples) }
    }
    return all.withLock { SweepEstimates(changes: $0.metrics, changeNorms: $0.changeNorms) }
  }
}
