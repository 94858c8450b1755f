import Foundation
import Interventions
import Patching

/// Times attribution patching against the runs that it estimates.
struct AttributionTimings {
  let engine: PatchingEngine

  /// Every head at every position.
  func headsByPosition() throws {
    let plan = try engine.plan(
      Sweep(name: "z", site: Site(.z), over: [.site(.layer), .site(.position), .site(.head)]))
    var exact: SweepResults?
    let running = try bestSeconds(of: 1) { exact = try engine.results(plan) }
    var estimates: SweepEstimates?
    let estimating = try bestSeconds(of: 3) { estimates = try engine.estimates(plan) }
    let agreement = EstimateAgreement(
      estimated: means(estimates?.changes[.logitDiff] ?? [], less: nil),
      exact: means(exact?.values[.logitDiff] ?? [], less: try engine.baselines().base(engine.direction)[.logitDiff]))
    print(
      String(
        format: """
          attribution: %d cells in %.3f s, where running them takes %.3f s (%.0f times as long); correlation %.3f, of ranks %.3f
          """, plan.cells, estimating, running, running / estimating, agreement.pearson, agreement.spearman))
  }

  /// [cell, example] -> each cell's mean over examples of the values minus each example's own base value.
  private func means(_ values: [Float], less base: [Float]?) -> [Double] {
    let examples = engine.prompts.count
    return stride(from: 0, to: values.count, by: examples).map { first in
      (0..<examples).reduce(0.0) { $0 + Double(values[first + $1]) - Double(base?[$1] ?? 0) } / Double(examples)
    }
  }
}
