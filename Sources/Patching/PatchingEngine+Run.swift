import Execution
import Foundation
import Interventions
import ModelGraph
import Tensors

extension PatchingEngine {
  /// Carries a planned sweep out, block by block as blocks are done, in no particular order.
  ///
  /// Examples are taken in groups whose unedited runs fit in half of the memory budget; the cells of a group are cut into chunks, which
  /// workers share. What comes out does not depend on the cutting.
  /// - Parameters:
  ///   - isDone: says of cells and examples whether they are to be left out, for an earlier run has all of them.
  ///   - deliver: called with every block once, by one worker at a time.
  /// - Throws: what `deliver` throws; `PatchingError.scoresNotFinite`; `CancellationError` when the task is cancelled.
  public func run(
    _ plan: SweepPlan, skipping isDone: (_ cells: Range<Int>, _ examples: Range<Int>) -> Bool = { _, _ in false },
    deliver: @Sendable (SweepBlock) throws -> Void
  ) throws {
    for (rows, group) in try groups(plan, method: method) where !isDone(0..<plan.cells, rows) {
      // Only the task's own thread knows that it was cancelled, and it may come too late to take a chunk.
      try Task.checkCancellation()
      let group = try group()
      let chunks = group.chunks.filter { !isDone($0, rows) }
      try WorkerPool.run(count: chunks.count, threads: threads) {
        try group.block(chunks[$0], check: $1)
      } deliver: {
        try deliver($0)
      }
    }
  }

  /// The first metric of some cells, [cell, example], by one method.
  func block(_ plan: SweepPlan, cells: Range<Int>, method: CellMethod) throws -> [Float] {
    try groups(plan, method: method).flatMap { try $0.make().block(cells, check: {}).values[metrics[0]] ?? [] }
  }

  /// The groups of examples of a sweep, each made when it is its turn, so that one group's unedited runs are held at a time.
  private func groups(
    _ plan: SweepPlan, method: CellMethod
  ) throws -> [(rows: Range<Int>, make: () throws -> Group)] {
    let (base, other) = (try prompts.base(direction), try prompts.other(direction))
    let site = try siteNodes(plan)
    let kept = method == .partial ? Set(PartialExecutor.keptNodes(model.graph)).union(site) : Set(site)
    let bytes = kept.reduce(0) { $0 + model.graph[$1].layout.width * 4 } * 2
    return base.groups(ofEntries: max(1, memory / 2 / max(1, bytes))).map { rows in
      (
        rows,
        {
          try Group(
            self, plan: plan, base: base, other: other, rows: rows, kept: kept, site: site,
            isPartial: method == .partial)
        }
      )
    }
  }

  /// What turns the cells of a plan into edits of some examples.
  /// - Parameters:
  ///   - base: the unedited run of these examples, with the edited nodes.
  ///   - other: the prompts of the other run, all of them.
  ///   - kept: what a run of the other prompts keeps where it is of the same examples, beside the edited nodes.
  func placement(
    _ plan: SweepPlan, rows: Range<Int>, base: Activations, other: Batch, site: [NodeID], kept: Set<NodeID>
  ) throws -> CellPlacement {
    func source(_ edit: Edit) throws -> EditSource {
      try self.source(of: edit, rows: rows, base: base, other: other, site: site, kept: kept)
    }
    return try CellPlacement(
      plan: plan, graph: model.graph, base: base, own: try source(plan.sweep.edit),
      standing: try plan.sweep.standing.map { try source($0.edit) },
      examples: plan.sweep.edit.axes.contains(.sourceExample) ? try differences(at: site) : nil)
  }

  private func source(
    of edit: Edit, rows: Range<Int>, base: Activations, other: Batch, site: [NodeID], kept: Set<NodeID>
  ) throws -> EditSource {
    let oracle = Oracle(model)
    switch edit.takes {
    case .meanOfOther: return EditSource(other: try oracle.mean(of: site, over: other))
    case .otherExamples(let seed):
      let partners = try partners(seed: seed)
      return EditSource(other: try oracle.run(other.gathering(rows: rows.map { partners[$0] }), keeping: site))
    case .other:
      let run = try runs.run(.other, rows: rows, nodes: kept) {
        try oracle.run(other.gathering(rows: Array(rows)), keeping: $0)
      }
      return EditSource(other: run)
    case .none: return EditSource()
    }
  }

  /// Both runs of every example, whatever group is being worked on: any of them may be a source.
  private func differences(at site: [NodeID]) throws -> ExampleDifferences {
    let oracle = Oracle(model)
    return ExampleDifferences(
      base: try oracle.run(prompts.base(direction), keeping: site),
      other: try oracle.run(prompts.other(direction), keeping: site))
  }

  /// The nodes that a plan's edits are of, its own site's first.
  func siteNodes(_ plan: SweepPlan) throws -> [NodeID] {
    let resolver = SiteResolver(model.graph)
    var nodes = try plan.layers.map { try resolver.node(plan.sweep.site.name, layer: $0).id }
    for standing in plan.sweep.standing {
      for layer in try resolver.layers(standing.site) {
        let id = try resolver.node(standing.site.name, layer: layer).id
        if !nodes.contains(id) { nodes.append(id) }
      }
    }
    return nodes
  }
}

/// A sweep over some of the examples.
private struct Group: Sendable {
  let engine: PatchingEngine
  let plan: SweepPlan
  let rows: Range<Int>
  let placement: CellPlacement
  let reader: CellReader
  /// nil: the oracle computes the cells.
  let executor: PartialExecutor?

  init(
    _ engine: PatchingEngine, plan: SweepPlan, base: Batch, other: Batch, rows: Range<Int>, kept: Set<NodeID>,
    site: [NodeID], isPartial: Bool
  ) throws {
    self.engine = engine
    self.plan = plan
    self.rows = rows
    let oracle = Oracle(engine.model)
    let baseRun = try engine.runs.run(.base, rows: rows, nodes: kept) {
      try oracle.run(base.gathering(rows: Array(rows)), keeping: $0)
    }
    placement = try engine.placement(plan, rows: rows, base: baseRun, other: other, site: site, kept: kept)
    reader = CellReader(engine, rows: rows, name: plan.sweep.name)
    executor = isPartial ? try PartialExecutor(engine.model, base: baseRun, columns: reader.columns) : nil
  }

  /// Runs of cells that one worker takes at a time.
  var chunks: [Range<Int>] {
    let batch = placement.base.batch
    let limit = engine.entriesAtATime(cellEntries: batch.entries, rows: rows.count, reader.columns)
    let costs =
      executor == nil
      ? [(entries: Int, work: Double)](repeating: (batch.entries, 1), count: plan.cells)
      : CellCosts.costs(plan, engine.prompts, rows: rows, graph: engine.model.graph)
    return CellCosts.runs(costs, entries: limit, workers: engine.threads)
  }

  func block(_ cells: Range<Int>, check: () throws -> Void) throws -> SweepBlock {
    var work: [Cell] = []
    var places: [Int] = []
    for (i, cell) in cells.enumerated() {
      for row in 0..<rows.count {
        guard let edits = try placement.edits(cell: cell, row: row) else { continue }
        work.append(Cell(row: row, edits: edits))
        places.append(i)
      }
    }
    try check()
    let results =
      try executor?.run(cells: work)
      ?? Oracle(engine.model).run(cells: work, base: placement.base.batch, columns: reader.columns)
    var values = reader.empty(cells: cells.count)
    for (i, place) in places.enumerated() { try values.set(cell: place, row: work[i].row, results, at: i) }
    values.productOperations = results.productOperations
    return values.block(cells: cells)
  }
}
