import Execution
import Foundation
import Interventions
import ModelGraph
import Tensors

/// Some of a sweep's estimates: a rectangle of cells and examples.
public struct EstimateBlock: Sendable {
  /// Flat cell numbers, row-major over the plan's axes.
  public let cells: Range<Int>
  public let examples: Range<Int>
  /// For each metric, [cell, example]: the estimated change, edited less base; NaN where the prompt has no such position.
  public let changes: [Metric: [Float]]
  /// [cell, example]: the L2 norm of (edited - base) at the site; NaN where the prompt has no such position.
  public let changeNorms: [Float]
}

/// Attribution patching (Nanda 2023): what a cell's edit changes is told from the metric's gradient at the base run.
///
/// The estimate of a cell is the sum, over the numbers that its edits write, of (edited - base) times the derivative of the metric by each number
/// in the base run. Where a cell edits several layers at once, their estimates are added.
extension PatchingEngine {
  /// Estimates all cells of a planned sweep, block by block, in no particular order: for each metric one run forward and one backward, however
  /// many cells there are.
  ///
  /// Examples are taken in groups whose runs and derivatives fit in the memory budget. What comes out does not depend on the groups.
  /// - Parameters:
  ///   - isDone: says of cells and examples whether they are to be left out.
  ///   - deliver: called with every block once, by one worker at a time.
  /// - Throws: `PatchingError.noEstimate` for a metric without a gradient, `.estimateNotFinite`; what `deliver` throws; `CancellationError`.
  public func attribute(
    _ plan: SweepPlan, skipping isDone: (_ cells: Range<Int>, _ examples: Range<Int>) -> Bool = { _, _ in false },
    deliver: @Sendable (EstimateBlock) throws -> Void
  ) throws {
    for metric in metrics {
      guard let reason = metric.reasonAgainstEstimate else { continue }
      throw PatchingError.noEstimate(sweep: plan.sweep.name, metric: metric, reason: reason)
    }
    guard plan.sweep.standing.isEmpty else { throw PatchingError.noEstimateBesideOthers(sweep: plan.sweep.name) }
    let (base, other) = (try prompts.base(direction), try prompts.other(direction))
    let site = try siteNodes(plan)
    for rows in base.groups(ofEntries: entriesToAttribute(site)) where !isDone(0..<plan.cells, rows) {
      try Task.checkCancellation()
      let group = try AttributionGroup(self, plan, rows: rows, base: base, other: other, site: site)
      let chunks = group.chunks.filter { !isDone($0, rows) }
      try WorkerPool.run(count: chunks.count, threads: threads) {
        try group.block(chunks[$0], check: $1)
      } deliver: {
        try deliver($0)
      }
    }
  }

  /// How many tokens are taken at a time, so that their values and derivatives at the site take a quarter of the memory budget and what is kept for
  /// the way back another, if one prompt's do.
  private func entriesToAttribute(_ site: [NodeID]) -> Int {
    func bytes(_ ids: some Sequence<NodeID>) -> Int {
      ids.reduce(0) { sum, id in
        let layout = model.graph[id].layout
        if case .perPair = layout { return sum + 4 * layout.width * prompts.longest }
        return sum + 4 * layout.width
      }
    }
    // The base run's values, the other run's, and a derivative for each metric.
    let held = bytes(site) * (2 + metrics.count)
    let onTheWay = bytes(model.graph.nodes.lazy.filter { $0.hook?.layer != nil || prompts.isOfPictures }.map(\.id))
    return max(1, min(512, memory / 4 / max(1, held, onTheWay)))
  }
}

/// A sweep's estimates for some of the examples.
private struct AttributionGroup: Sendable {
  let engine: PatchingEngine
  let rows: Range<Int>
  let placement: CellPlacement
  /// For each metric, the derivatives by the site's nodes.
  let gradients: [Activations]

  init(
    _ engine: PatchingEngine, _ plan: SweepPlan, rows: Range<Int>, base: Batch, other: Batch, site: [NodeID]
  ) throws {
    self.engine = engine
    self.rows = rows
    let batch = base.gathering(rows: Array(rows))
    let differentiator = Differentiator(engine.model)
    var baseRun: Activations?
    var gradients: [Activations] = []
    for metric in engine.metrics {
      let result = try differentiator.gradients(
        batch, of: site, at: batch.lastEntries, memory: engine.memory / 4
      ) { engine.seed(metric, rows: rows, logits: $0) }
      gradients.append(result.asActivations)
      baseRun = baseRun ?? result.activations
    }
    guard let baseRun else { preconditionFailure("an engine has a metric") }
    self.gradients = gradients
    placement = try engine.placement(plan, rows: rows, base: baseRun, other: other, site: site, kept: Set(site))
  }

  /// Runs of cells, a few for each worker.
  var chunks: [Range<Int>] {
    let cells = placement.plan.cells
    let size = max(1, min((cells + engine.threads - 1) / engine.threads, (1 << 20) / rows.count))
    return stride(from: 0, to: cells, by: size).map { $0..<min($0 + size, cells) }
  }

  func block(_ cells: Range<Int>, check: () throws -> Void) throws -> EstimateBlock {
    let graph = engine.model.graph
    let empty = [Float](repeating: .nan, count: cells.count * rows.count)
    var changes = [[Float]](repeating: empty, count: gradients.count)
    var norms = empty
    for (i, cell) in cells.enumerated() {
      if i % 256 == 0 { try check() }
      for row in 0..<rows.count {
        guard let edits = try placement.edits(cell: cell, row: row) else { continue }
        var total = FirstOrderEffect(objectives: gradients.count)
        for edit in edits {
          total += try edit.firstOrderEffect(on: graph[edit.node], in: placement.base, along: gradients)
        }
        let place = i * rows.count + row
        for (metric, change) in total.changes.enumerated() {
          guard Float(change).isFinite else {
            throw PatchingError.estimateNotFinite(sweep: placement.plan.sweep.name, example: rows.lowerBound + row)
          }
          changes[metric][place] = Float(change)
        }
        norms[place] = Float(total.squares.squareRoot())
      }
    }
    return EstimateBlock(
      cells: cells, examples: rows, changes: Dictionary(uniqueKeysWithValues: zip(engine.metrics, changes)),
      changeNorms: norms)
  }
}

extension PatchingEngine {
  /// The derivative of a metric, each example's own, by the scores at the last position: [rows, vocabulary].
  fileprivate func seed(_ metric: Metric, rows: Range<Int>, logits: Tensor) -> Tensor {
    let width = logits.count / rows.count
    return logits.withValues { values in
      Tensor(
        shape: logits.shape,
        rows.enumerated().flatMap { place, example in
          MetricReader(pair: prompts.pairs[example]).gradient(
            metric, at: UnsafeBufferPointer(rebasing: values[place * width..<(place + 1) * width]), base: nil)
        })
    }
  }
}
