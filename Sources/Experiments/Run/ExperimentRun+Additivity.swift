import ActivationStore
import LabelledArrays
import Patching

/// What a sweep's added directions do together, and how much of it is not the sum of what each does.
public struct AdditivitySummary: Sendable {
  public let sweep: String
  public let metric: Metric
  /// Root mean square, over cells and examples, of the change of the shown metric.
  public let change: Double
  /// Likewise of the interaction.
  public let interaction: Double
  /// The same of each activation's norms, by its name.
  public let activations: [(hook: String, change: Double, interaction: Double)]
  /// How many directions are added; with one there is nothing to interact.
  public let directions: Int
}

extension ExperimentRun {
  /// Compares a sweep's directions and writes `/additivity/NAME`; nil where the sweep does not ask for it.
  /// - Throws: `RunError`, `PatchingError`, `StoreError`, `ExperimentError.interrupted`.
  func additivity(
    of plan: PlannedSweep, to results: ResultsWriter, counter: RunCounter
  ) throws -> AdditivitySummary? {
    guard case .site(let cells) = plan.work, let hooked = additivityNodes[plan.name] else { return nil }
    let engine = engine(for: plan)
    // Names are the same under all options of the graph; places are not.
    let nodes = hooked.compactMap { $0.hook.flatMap { engine.model.graph.node(hook: $0) } }
    let names = nodes.map { $0.hook?.text ?? "" }
    let found = try engine.additivity(cells, of: nodes.map(\.id)) { _ in try counter.check() }
    let directions = cells.sweep.edit.additions.count
    let (over, metrics) = (plan.axes.map(\.name) + ["example"], experiment.metrics)
    var group = ArrayGroup(
      "/additivity/\(plan.name)", axes: plan.axes + [LabelledAxis("example", .range(prompts.set.count))],
      attributes: plan.spec.attributes)
    for metric in metrics { group.add("\(metric.rawValue)_change", along: over, found.changes[metric] ?? []) }
    if directions > 1 {
      for metric in metrics {
        group.add("\(metric.rawValue)_interaction", along: over, found.interactions[metric] ?? [])
      }
    }
    if !nodes.isEmpty {
      group.add(LabelledAxis("activation", .texts(names)))
      let each = plan.axes.map(\.name) + ["activation", "example"]
      group.add("change_norm", along: each, found.changeNorms)
      if directions > 1 { group.add("interaction_norm", along: each, found.interactionNorms) }
    }
    try results.write(group)
    return AdditivitySummary(
      sweep: plan.name, metric: metrics[0], change: rootMeanSquare(found.changes[metrics[0]] ?? []),
      interaction: rootMeanSquare(found.interactions[metrics[0]] ?? []),
      activations: names.indices.map { place in
        func of(_ norms: [Float]) -> Double {
          rootMeanSquare(norms.indices.filter { $0 / prompts.set.count % names.count == place }.map { norms[$0] })
        }
        return (names[place], of(found.changeNorms), of(found.interactionNorms))
      }, directions: directions)
  }
}

/// Of the values that are there.
private func rootMeanSquare(_ values: [Float]) -> Double {
  let there = values.filter(\.isFinite)
  guard !there.isEmpty else { return .nan }
  return (there.reduce(0) { $0 + Double($1) * Double($1) } / Double(there.count)).squareRoot()
}
