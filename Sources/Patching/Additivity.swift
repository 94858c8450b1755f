import Execution
import Foundation
import Interventions
import ModelGraph
import Tensors

/// How far what several added directions do is the sum of what each does by itself.
///
/// With f(s, t, ...) an activation or a metric of the run in which s u + t v + ... is added (and standing edits hold), the change is f(s, t) - f(0, 0), and the
/// interaction f(s, t) - f(s, 0) - f(0, t) + f(0, 0): 0 where f is additive. (Turner et al. 2023 ask this of two vectors; of more, each by itself is taken away.)
public struct Additivity: Sendable {
  /// For each metric, [the plan's axes..., example]; NaN where the prompt has no such position.
  public let changes: [Metric: [Float]]
  public let interactions: [Metric: [Float]]
  /// [the plan's axes..., activation, example]: the L2 norm, over positions and features, of the change of each activation.
  public let changeNorms: [Float]
  /// Likewise of the interaction, as a vector.
  public let interactionNorms: [Float]
}

extension PatchingEngine {
  /// Runs all cells of a plan of added directions with the plain executor, each direction by itself too, and compares.
  /// - Parameters:
  ///   - nodes: the activations that are compared beside the metrics.
  ///   - deliver: called when an example is done, by one worker at a time.
  /// - Precondition: the plan's edit adds something.
  /// - Throws: `RunError`, `PatchingError.scoresNotFinite`, `CancellationError`; what `deliver` throws.
  public func additivity(
    _ plan: SweepPlan, of nodes: [NodeID], deliver: @Sendable (Int) throws -> Void = { _ in }
  ) throws -> Additivity {
    precondition(!plan.sweep.edit.additions.isEmpty, "additivity is of what is added")
    let store = AdditivityStore(cells: plan.cells, nodes: nodes.count, examples: prompts.count, metrics: metrics)
    let (base, other) = (try prompts.base(direction), try prompts.other(direction))
    let site = try siteNodes(plan)
    try WorkerPool.run(count: prompts.count, threads: threads) { example, check in
      let batch = base.gathering(rows: [example])
      let run = try Oracle(model).run(batch, keeping: site)
      let placement = try placement(
        plan, rows: example..<example + 1, base: run, other: other, site: site, kept: Set(site))
      var work = AdditivityWork(engine: self, placement: placement, nodes: nodes, batch: batch, example: example)
      for cell in 0..<plan.cells {
        try check()
        if let comparison = try work.compare(cell) { store.set(comparison, cell: cell, example: example) }
      }
      return example
    } deliver: {
      try deliver($0)
    }
    return store.additivity
  }
}

/// One example's runs.
private struct AdditivityWork {
  let engine: PatchingEngine
  let placement: CellPlacement
  let nodes: [NodeID]
  let batch: Batch
  let example: Int
  /// Runs in which at most one direction is added, which many cells share.
  private var known: [Key: State] = [:]

  private struct Key: Hashable {
    let entries: [Int]
    let coefficients: [Float]
  }

  /// What a run gave: the numbers of each node, and the metrics.
  struct State {
    let values: [[Float]]
    let metrics: [Metric: Float]
  }

  struct Comparison {
    var changes: [Metric: Float] = [:]
    var interactions: [Metric: Float] = [:]
    var changeNorms: [Float] = []
    var interactionNorms: [Float] = []
  }

  init(engine: PatchingEngine, placement: CellPlacement, nodes: [NodeID], batch: Batch, example: Int) {
    self.engine = engine
    self.placement = placement
    self.nodes = nodes
    self.batch = batch
    self.example = example
  }

  mutating func compare(_ cell: Int) throws -> Comparison? {
    let point = placement.point(ofCell: cell)
    let none = [Float](repeating: 0, count: point.coefficients.count)
    guard let start = try state(point, none, cell), let end = try state(point, point.coefficients, cell) else {
      return nil
    }
    let singles = try point.coefficients.indices.compactMap { index -> State? in
      var alone = none
      alone[index] = point.coefficients[index]
      return try state(point, alone, cell)
    }
    var comparison = Comparison()
    for metric in engine.metrics {
      guard let from = start.metrics[metric], let to = end.metrics[metric] else { continue }
      comparison.changes[metric] = to - from
      comparison.interactions[metric] = singles.reduce(to - from) { $0 - (($1.metrics[metric] ?? from) - from) }
    }
    for place in nodes.indices {
      var (change, interaction) = (0.0, 0.0)
      for i in start.values[place].indices {
        let from = Double(start.values[place][i])
        let whole = Double(end.values[place][i]) - from
        let rest = singles.reduce(whole) { $0 - (Double($1.values[place][i]) - from) }
        change += whole * whole
        interaction += rest * rest
      }
      comparison.changeNorms.append(Float(change.squareRoot()))
      comparison.interactionNorms.append(Float(interaction.squareRoot()))
    }
    return comparison
  }

  /// The run with some coefficients; nil where the prompt has no such position.
  private mutating func state(_ point: EditPoint, _ coefficients: [Float], _ cell: Int) throws -> State? {
    // Cells that differ in coefficients only share the runs in which one direction is added or none.
    let entries = zip(placement.plan.axes, placement.plan.indices(ofCell: cell)).map { axis, index in
      axis.axis.isOfCoefficients ? 0 : index
    }
    let key = Key(entries: entries, coefficients: coefficients)
    if let state = known[key] { return state }
    var moved = point
    moved.coefficients = coefficients
    guard let edits = try placement.edits(at: moved, row: 0) else { return nil }
    let (logits, run) = try Oracle(engine.model).lastLogits(batch, edits: edits, keeping: nodes)
    let reader = MetricReader(pair: engine.prompts.pairs[example])
    let base = engine.baseLogProbabilities.isEmpty ? nil : engine.baseLogProbabilities[example]
    let metrics = try logits.withValues { scores -> [Metric: Float] in
      guard scores.allSatisfy(\.isFinite) else {
        throw PatchingError.scoresNotFinite(sweep: placement.plan.sweep.name, example: example)
      }
      return Dictionary(
        uniqueKeysWithValues: engine.metrics.map { ($0, reader.value($0, of: scores, whole: true, base: base)) })
    }
    let state = State(
      values: nodes.map { id in run.withExample(0, of: engine.model.graph[id]) { Array($0) } }, metrics: metrics)
    if coefficients.count(where: { $0 != 0 }) <= 1 { known[key] = state }
    return state
  }
}

extension SweepAxis {
  fileprivate var isOfCoefficients: Bool {
    switch self {
    case .coefficient, .laterCoefficient: true
    case .site, .sourceExample: false
    }
  }
}

/// Puts examples in their places. `@unchecked Sendable`: the lock guards everything in it.
private final class AdditivityStore: @unchecked Sendable {
  private let lock = NSLock()
  private let nodes: Int
  private let examples: Int
  private var changes: [Metric: [Float]] = [:]
  private var interactions: [Metric: [Float]] = [:]
  private var changeNorms: [Float]
  private var interactionNorms: [Float]

  init(cells: Int, nodes: Int, examples: Int, metrics: [Metric]) {
    self.nodes = nodes
    self.examples = examples
    for metric in metrics { changes[metric] = [Float](repeating: .nan, count: cells * examples) }
    interactions = changes
    changeNorms = [Float](repeating: .nan, count: cells * nodes * examples)
    interactionNorms = changeNorms
  }

  func set(_ comparison: AdditivityWork.Comparison, cell: Int, example: Int) {
    lock.withLock {
      for (metric, change) in comparison.changes { changes[metric]?[cell * examples + example] = change }
      for (metric, rest) in comparison.interactions { interactions[metric]?[cell * examples + example] = rest }
      for place in 0..<nodes {
        let at = (cell * nodes + place) * examples + example
        changeNorms[at] = comparison.changeNorms[place]
        interactionNorms[at] = comparison.interactionNorms[place]
      }
    }
  }

  var additivity: Additivity {
    lock.withLock {
      Additivity(
        changes: changes, interactions: interactions, changeNorms: changeNorms, interactionNorms: interactionNorms)
    }
  }
}
