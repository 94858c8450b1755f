import Execution
import Foundation
import Interventions
import ModelGraph
import Tensors

/// Part of a sweep's estimates: a rectangle of cells and examples.
public struct EstimateBlock: Sendable {
  /// Flat cell numbers, row-major over the plan's axes.
  public let cells: Range<Int>
  public let examples: Range<Int>
  /// For each metric, [cell, example]: the estimated change, edited minus base; NaN if the prompt has no such position.
  public let changes: [Metric: [Float]]
  /// [cell, example]: the L2 norm of (edited - base) at the site; NaN if the prompt has no such position.
  public let changeNorms: [Float]
}

/// Attribution patching (Nanda 2023): estimates the effect of a cell's edit from the metric's gradient in the base run.
///
/// The estimate of a cell is the sum, over the numbers that its edits write, of (edited - base) times the derivative of
/// the metric with respect to each number in the base run. If a cell edits several layers at once, their estimates are
/// added.
extension PatchingEngine {
  /// Estimates all cells of a planned sweep for all examples, block by block.
  /// - Parameters: as for `attribute(_:block:skipping:deliver:)`.
  /// - Throws: as `attribute(_:block:skipping:deliver:)`.
  public func attribute(
    _ plan: SweepPlan, skipping isDone: (_ cells: Range<Int>, _ examples: Range<Int>) -> Bool = { _, _ in false },
    deliver: @Sendable (EstimateBlock) throws -> Void
  ) throws {
    for block in blocks { try attribute(plan, block: block, skipping: isDone, deliver: deliver) }
  }

  /// Estimates all cells of a planned sweep for one block of examples, chunk by chunk, in no particular order. Each
  /// metric takes one run forward and one backward, however many cells there are.
  /// - Parameters:
  ///   - block: one of `blocks`.
  ///   - isDone: whether to skip some cells and examples.
  ///   - deliver: called once with every chunk, by one worker at a time.
  /// - Throws: `PatchingError.noEstimate` for a metric without a gradient, `.estimateNotFinite`; what `deliver` throws;
  ///   `CancellationError`.
  public func attribute(
    _ plan: SweepPlan, block: Range<Int>,
    skipping isDone: (_ cells: Range<Int>, _ examples: Range<Int>) -> Bool = { _, _ in false },
    deliver: @Sendable (EstimateBlock) throws -> Void
  ) throws {
    for metric in metrics {
      guard let reason = metric.reasonAgainstEstimate else { continue }
      throw PatchingError.noEstimate(sweep: plan.sweep.name, metric: metric, reason: reason)
    }
    guard plan.sweep.standing.isEmpty else { throw PatchingError.noEstimateWithOtherEdits(sweep: plan.sweep.name) }
    let site = try siteNodes(plan)
    // The base run's values, the other run's, and a derivative for each metric.
    for rows in groups(of: block, keeping: site, copies: 2 + metrics.count) where !isDone(0..<plan.cells, rows) {
      try Task.checkCancellation()
      let group = try ProductThreads.alone { try AttributionGroup(self, plan, rows: rows, site: site) }
      let chunks = group.chunks.filter { !isDone($0, rows) }
      try WorkerPool.run(count: chunks.count, threads: threads) {
        try group.block(chunks[$0], check: $1)
      } deliver: {
        try deliver($0)
      }
    }
  }

  /// The base run of some examples at a site, and each metric's derivatives there. Pieces of the examples are run in
  /// parallel, each for one metric.
  fileprivate func gradients(of site: [NodeID], rows: Range<Int>) throws -> (base: Activations, by: [Activations]) {
    let pieces = prompts.groups(of: rows, entries: Cut.pieceEntries(ofPictures: prompts.hasPictures))
    let differentiator = Differentiator(model)
    let count = pieces.count * metrics.count
    @Sendable func found(_ number: Int) throws -> (values: Activations, slopes: Activations) {
      try Task.checkCancellation()
      let (metric, piece) = (metrics[number / pieces.count], pieces[number % pieces.count])
      let batch = try prompts.batch(direction.base, rows: piece)
      // With little memory some values are computed a second time, which gives the same numbers.
      let result = try differentiator.gradients(
        batch, of: site, at: batch.lastEntries, memory: memory / 4 / threads
      ) { seed(metric, rows: piece, logits: $0) }
      return (values: result.activations, slopes: result.asActivations)
    }
    // One piece alone has nothing to share but its products.
    let all =
      count == 1
      ? [try ProductThreads.cut(into: Cut.shares, between: threads) { try found(0) }]
      : try WorkerPool.map(count: count, threads: threads, found)
    let batch = try prompts.batch(direction.base, rows: rows)
    return (
      Activations(joining: all.prefix(pieces.count).map(\.values), of: batch),
      metrics.indices.map { metric in
        let own = all[metric * pieces.count..<(metric + 1) * pieces.count]
        return Activations(joining: own.map(\.slopes), of: batch)
      }
    )
  }
}

/// A sweep's estimates for some of the examples.
private struct AttributionGroup: Sendable {
  let engine: PatchingEngine
  let rows: Range<Int>
  let placement: CellPlacement
  /// For each metric, the derivatives with respect to the site's nodes.
  let gradients: [Activations]

  init(_ engine: PatchingEngine, _ plan: SweepPlan, rows: Range<Int>, site: [NodeID]) throws {
    self.engine = engine
    self.rows = rows
    let (base, gradients) = try engine.gradients(of: site, rows: rows)
    self.gradients = gradients
    placement = try engine.placement(plan, rows: rows, base: base, site: site, kept: Set(site))
  }

  /// Ranges of cells that one worker takes at a time.
  var chunks: [Range<Int>] { Cut.evenly(placement.plan.cells, atMost: (1 << 20) / rows.count) }

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
  /// The derivative of a metric, for each example, with respect to the scores at the last position: [rows, vocabulary].
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
