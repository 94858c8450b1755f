import Execution

extension PatchingEngine {
  /// Computes some of a plan's cells both ways and returns the largest difference of the first metric, relative to the
  /// oracle's value if that is above 1. For benchmarks, which verify before they time.
  /// - Parameter cells: how many cells, spread over the plan.
  public func largestDisagreement(_ plan: SweepPlan, cells count: Int) throws -> Float {
    let step = max(1, plan.cells / max(1, count))
    var worst: Float = 0
    for cell in stride(from: step / 2, to: plan.cells, by: step) {
      let fast = try block(plan, cells: cell..<cell + 1, method: .partial)
      let plain = try block(plan, cells: cell..<cell + 1, method: .oracle)
      for (a, b) in zip(fast, plain) where !(a.isNaN && b.isNaN) { worst = max(worst, abs(a - b) / max(1, abs(b))) }
    }
    return worst
  }
}
