import Execution
import Foundation
import Interventions
import ModelGraph
import Tensors

extension PatchingEngine {
  /// Runs a planned sweep over all examples, block by block.
  /// - Parameters: as for `run(_:block:skipping:deliver:)`.
  /// - Throws: as `run(_:block:skipping:deliver:)`.
  public func run(
    _ plan: SweepPlan, skipping isDone: (_ cells: Range<Int>, _ examples: Range<Int>) -> Bool = { _, _ in false },
    deliver: @Sendable (SweepBlock) throws -> Void
  ) throws {
    for block in blocks { try run(plan, block: block, skipping: isDone, deliver: deliver) }
  }

  /// Runs a planned sweep over one block of examples. Its cells are cut into chunks, which workers share and which are
  /// delivered as they finish, in no particular order.
  ///
  /// How cells are cut depends only on the sweep, the model and the block's examples, and so the results do too, to the
  /// last bit. Both unedited runs are kept until another block is requested, so with several sweeps it is fastest to
  /// loop over the blocks on the outside.
  /// - Parameters:
  ///   - block: one of `blocks`.
  ///   - isDone: whether to skip some cells and examples, because an earlier run has them all.
  ///   - deliver: called once with every chunk, by one worker at a time.
  /// - Throws: what `deliver` throws; `PatchingError.scoresNotFinite`; `CancellationError` if the task is cancelled.
  public func run(
    _ plan: SweepPlan, block: Range<Int>,
    skipping isDone: (_ cells: Range<Int>, _ examples: Range<Int>) -> Bool = { _, _ in false },
    deliver: @Sendable (SweepBlock) throws -> Void
  ) throws {
    for rows in try groups(of: block, plan, method: method) where !isDone(0..<plan.cells, rows) {
      // Only the task's own thread knows that it was cancelled, and it may be too late to take a chunk.
      try Task.checkCancellation()
      let group = try ProductThreads.alone { try Group(self, plan, rows: rows, of: block, method: method) }
      let chunks = group.chunks.filter { !isDone($0, rows) }
      try WorkerPool.run(count: chunks.count, threads: group.workers) {
        try group.block(chunks[$0], check: $1)
      } deliver: {
        try deliver($0)
      }
    }
  }

  /// The first metric of some cells, [cell, example], by one method.
  func block(_ plan: SweepPlan, cells: Range<Int>, method: CellMethod) throws -> [Float] {
    try ProductThreads.alone {
      try blocks.flatMap { block in
        try groups(of: block, plan, method: method).flatMap { rows in
          try Group(self, plan, rows: rows, of: block, method: method).block(cells, check: {}).values[metrics[0]] ?? []
        }
      }
    }
  }

  private func groups(of block: Range<Int>, _ plan: SweepPlan, method: CellMethod) throws -> [Range<Int>] {
    groups(of: block, keeping: try keptNodes(plan, method))
  }

  /// What the unedited runs keep for a plan's cells.
  fileprivate func keptNodes(_ plan: SweepPlan, _ method: CellMethod) throws -> Set<NodeID> {
    let site = try siteNodes(plan)
    return method == .partial ? Set(PartialExecutor.keptNodes(model.graph)).union(site) : Set(site)
  }

  /// What turns the cells of a plan into edits of some examples.
  /// - Parameters:
  ///   - base: the unedited run of these examples, with the edited nodes.
  ///   - kept: what a run of the other prompts keeps besides the edited nodes, if it is of the same examples.
  func placement(
    _ plan: SweepPlan, rows: Range<Int>, base: Activations, site: [NodeID], kept: Set<NodeID>
  ) throws -> CellPlacement {
    func source(_ edit: Edit) throws -> EditSource {
      try self.source(of: edit, rows: rows, base: base, site: site, kept: kept)
    }
    return try CellPlacement(
      plan: plan, graph: model.graph, base: base, own: try source(plan.sweep.edit),
      standing: try plan.sweep.standing.map { try source($0.edit) },
      examples: plan.sweep.edit.axes.contains(.sourceExample) ? try differences(at: site) : nil)
  }

  private func source(
    of edit: Edit, rows: Range<Int>, base: Activations, site: [NodeID], kept: Set<NodeID>
  ) throws -> EditSource {
    switch edit.takes {
    case .meanOfOther: return EditSource(other: try mean(of: site))
    case .otherExamples(let seed):
      let partners = try partners(seed: seed)
      return EditSource(
        other: try unedited(direction.other, rows: rows.map { partners[$0] }, keeping: Set(site)))
    case .other: return EditSource(other: try heldRun(direction.other, rows: rows, keeping: kept))
    case .none: return EditSource()
    }
  }

  /// The nodes of a plan's edits, those of its own site first.
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

/// A sweep over some of the examples of a block.
private struct Group: Sendable {
  let engine: PatchingEngine
  let plan: SweepPlan
  let rows: Range<Int>
  let placement: CellPlacement
  let reader: CellReader
  /// nil if the oracle computes the cells.
  let executor: PartialExecutor?
  private let size: ChunkSize

  init(
    _ engine: PatchingEngine, _ plan: SweepPlan, rows: Range<Int>, of block: Range<Int>, method: CellMethod
  ) throws {
    self.engine = engine
    self.plan = plan
    self.rows = rows
    let kept = try engine.keptNodes(plan, method)
    let base = try engine.heldRun(engine.direction.base, rows: rows, keeping: kept)
    placement = try engine.placement(
      plan, rows: rows, base: base, site: try engine.siteNodes(plan), kept: kept)
    reader = try CellReader(engine, rows: rows, of: block, name: plan.sweep.name)
    executor = method == .partial ? try PartialExecutor(engine.model, base: base, columns: reader.columns) : nil
    size = ChunkSize(engine, rows: rows.count, reader.columns)
  }

  /// Ranges of cells that one worker takes at a time.
  var chunks: [Range<Int>] {
    let costs =
      executor == nil
      ? [(entries: Int, work: Double)](repeating: (placement.base.batch.entries, 1), count: plan.cells)
      : CellCosts.costs(plan, engine.prompts, rows: rows, graph: engine.model.graph)
    return CellCosts.runs(costs, size: size)
  }

  /// How many workers fit in the memory budget.
  var workers: Int { engine.workers(ofBytes: size.largestChunk(cellEntries: placement.base.batch.entries)) }

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
