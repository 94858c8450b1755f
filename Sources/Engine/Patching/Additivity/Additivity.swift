import Execution
import Interventions
import LabelledArrays
import ModelGraph
import Synchronization
import Tensors

/// How closely the effect of several added directions matches the sum of their separate effects, as `AdditiveParts`
/// defines it.
public struct Additivity: Sendable {
  /// For each metric, [the plan's axes..., example]; NaN if the prompt has no such position.
  public fileprivate(set) var changes: [Metric: [Float]] = [:]
  /// The interactions, with the same axes; empty if there is only one direction, which has nothing to interact with.
  public fileprivate(set) var interactions: [Metric: [Float]] = [:]
  /// [the plan's axes..., activation, example]: the L2 norm, over positions and features, of the change of each
  /// activation.
  public fileprivate(set) var changeNorms: [Float]
  /// The L2 norm of the interaction in each activation, with the same axes; empty if there is only one direction.
  public fileprivate(set) var interactionNorms: [Float]

  /// Values that are NaN until they are set.
  fileprivate init(_ plan: SweepPlan, nodes: Int, examples: Int, metrics: [Metric]) {
    for metric in metrics { changes[metric] = [Float](repeating: .nan, count: plan.cells * examples) }
    changeNorms = [Float](repeating: .nan, count: plan.cells * nodes * examples)
    (interactions, interactionNorms) = plan.sweep.edit.additions.count > 1 ? (changes, changeNorms) : ([:], [])
  }

  /// Copies a block's values to their places among those of all examples.
  fileprivate mutating func set(_ part: Additivity, _ block: Range<Int>, of examples: Int) {
    func place(_ values: [Float], in whole: inout [Float]) {
      for outer in 0..<values.count / block.count {
        let from = outer * block.count
        let to = outer * examples + block.lowerBound
        whole.replaceSubrange(to..<to + block.count, with: values[from..<from + block.count])
      }
    }
    for (metric, values) in part.changes { place(values, in: &changes[metric, default: []]) }
    for (metric, values) in part.interactions { place(values, in: &interactions[metric, default: []]) }
    place(part.changeNorms, in: &changeNorms)
    place(part.interactionNorms, in: &interactionNorms)
  }
}

extension PatchingEngine {
  /// Compares the directions of a plan over all examples, block by block.
  /// - Parameters: as for `additivity(_:of:block:deliver:)`.
  /// - Throws: as `additivity(_:of:block:deliver:)`.
  public func additivity(
    _ plan: SweepPlan, of nodes: [NodeID], deliver: @Sendable (Int) throws -> Void = { _ in }
  ) throws -> Additivity {
    var whole = Additivity(plan, nodes: nodes.count, examples: prompts.count, metrics: metrics)
    for block in blocks {
      whole.set(try additivity(plan, of: nodes, block: block, deliver: deliver), block, of: prompts.count)
    }
    return whole
  }

  /// Runs all cells of a plan of added directions over one block with the plain executor, each direction also by
  /// itself, and compares.
  /// - Parameters:
  ///   - nodes: the activations to compare besides the metrics.
  ///   - block: one of `blocks`.
  ///   - deliver: called with an example's number when it is done, by one worker at a time.
  /// - Returns: the values of the block's examples.
  /// - Precondition: the plan's edit adds something.
  /// - Throws: `RunError`, `PatchingError.scoresNotFinite`, `CancellationError`; what `deliver` throws.
  public func additivity(
    _ plan: SweepPlan, of nodes: [NodeID], block: Range<Int>, deliver: @Sendable (Int) throws -> Void = { _ in }
  ) throws -> Additivity {
    precondition(!plan.sweep.edit.additions.isEmpty, "additivity is of what is added")
    let found = Mutex(Additivity(plan, nodes: nodes.count, examples: block.count, metrics: metrics))
    let site = try siteNodes(plan)
    let log = try logProbabilities(of: block)
    for rows in groups(of: block, keeping: site) {
      let base = try heldRun(direction.base, rows: rows, keeping: Set(site))
      let placement = try placement(plan, rows: rows, base: base, site: site, kept: Set(site))
      try WorkerPool.run(count: rows.count, threads: threads) { row, check in
        let example = rows.lowerBound + row
        let place = example - block.lowerBound
        var work = AdditivityWork(
          engine: self, placement: placement, nodes: nodes, row: row, example: example,
          batch: try prompts.batch(direction.base, rows: [example]), base: log.isEmpty ? nil : log[place])
        for cell in 0..<plan.cells {
          try check()
          guard let comparison = try work.compare(cell) else { continue }
          found.withLock {
            $0.set(comparison, cell: cell, example: place, of: block.count)
          }
        }
        return example
      } deliver: {
        try deliver($0)
      }
    }
    return found.withLock(\.self)
  }
}

extension Additivity {
  fileprivate mutating func set(_ comparison: AdditivityWork.Comparison, cell: Int, example: Int, of examples: Int) {
    for (metric, change) in comparison.changes { changes[metric]?[cell * examples + example] = change }
    for (metric, rest) in comparison.interactions { interactions[metric]?[cell * examples + example] = rest }
    let nodes = comparison.changeNorms.count
    for place in 0..<nodes {
      let at = (cell * nodes + place) * examples + example
      changeNorms[at] = comparison.changeNorms[place]
      if !comparison.interactionNorms.isEmpty { interactionNorms[at] = comparison.interactionNorms[place] }
    }
  }
}

/// One example's runs.
private struct AdditivityWork {
  let engine: PatchingEngine
  let placement: CellPlacement
  let nodes: [NodeID]
  /// The example's row in the placement.
  let row: Int
  let example: Int
  /// The example alone.
  let batch: Batch
  /// The base run's log-probabilities, if a metric compares with them.
  let base: LogProbabilities?
  /// Runs in which at most one direction is added; many cells share them.
  private var known: [Key: State] = [:]

  private struct Key: Hashable {
    let entries: [Int]
    let coefficients: [Float]
  }

  /// The results of a run: the numbers of each node, and the metrics.
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

  init(
    engine: PatchingEngine, placement: CellPlacement, nodes: [NodeID], row: Int, example: Int, batch: Batch,
    base: LogProbabilities?
  ) {
    self.engine = engine
    self.placement = placement
    self.nodes = nodes
    self.row = row
    self.example = example
    self.batch = batch
    self.base = base
  }

  mutating func compare(_ cell: Int) throws -> Comparison? {
    let point = placement.point(ofCell: cell)
    let none = [Float](repeating: 0, count: point.coefficients.count)
    guard let start = try state(point, none, cell), let end = try state(point, point.coefficients, cell) else {
      return nil
    }
    var comparison = Comparison()
    for metric in engine.metrics {
      if let from = start.metrics[metric], let to = end.metrics[metric] { comparison.changes[metric] = to - from }
    }
    comparison.changeNorms = zip(start.values, end.values).map { AdditiveParts.changeNorm(from: $0, to: $1) }
    // One direction has nothing to interact with: the runs that it would be held to are spared.
    guard point.coefficients.count > 1 else { return comparison }
    let held = AdditiveParts(of: point.coefficients)
    let alone = try held.parts.compactMap { try state(point, $0.coefficients, cell) }
    for metric in engine.metrics {
      guard let from = start.metrics[metric], let to = end.metrics[metric] else { continue }
      comparison.interactions[metric] = held.interaction(
        from: from, to: to, alone: alone.map { $0.metrics[metric] ?? from })
    }
    comparison.interactionNorms = nodes.indices.map { place in
      held.interactionNorm(from: start.values[place], to: end.values[place], alone: alone.map { $0.values[place] })
    }
    return comparison
  }

  /// The run with some coefficients; nil if the prompt has no such position.
  private mutating func state(_ point: EditPoint, _ coefficients: [Float], _ cell: Int) throws -> State? {
    // Cells that differ only in coefficients share the runs in which at most one direction is added.
    let entries = zip(placement.plan.axes, Shape(placement.plan.shape).unravel(cell)).map { axis, index in
      axis.axis.isCoefficient ? 0 : index
    }
    let key = Key(entries: entries, coefficients: coefficients)
    if let state = known[key] { return state }
    var moved = point
    moved.coefficients = coefficients
    guard let edits = try placement.edits(at: moved, row: row)?.map({ $0.moved(toRow: 0) }) else { return nil }
    let (logits, run) = try Oracle(engine.model).lastLogits(batch, edits: edits, keeping: nodes)
    let reader = MetricReader(pair: engine.prompts.pairs[example])
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
  fileprivate var isCoefficient: Bool {
    switch self {
    case .coefficient, .laterCoefficient: true
    case .site, .sourceExample: false
    }
  }
}
