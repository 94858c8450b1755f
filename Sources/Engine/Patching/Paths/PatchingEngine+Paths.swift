import Execution
import Foundation
import Interventions
import ModelGraph
import Tensors

extension PatchingEngine {
  /// Runs a path sweep over all examples, block by block.
  /// - Parameters: as for `run(_:block:skipping:deliver:)`.
  /// - Throws: as `run(_:block:skipping:deliver:)` of plain sweeps.
  public func run(
    _ plan: PathPlan, skipping isDone: (_ cells: Range<Int>, _ examples: Range<Int>) -> Bool = { _, _ in false },
    deliver: @Sendable (SweepBlock) throws -> Void
  ) throws {
    for block in blocks { try run(plan, block: block, skipping: isDone, deliver: deliver) }
  }

  /// Runs a path sweep over one block of examples, chunk by chunk. Cells are numbered by sender, and within each sender
  /// by column.
  /// - Parameters:
  ///   - block: one of `blocks`.
  ///   - isDone: whether to skip some cells and examples.
  ///   - deliver: called once with every chunk, by one worker at a time. A cell without a path has the base run's
  ///     values and a change norm of 0.
  /// - Throws: as `run(_:block:skipping:deliver:)` of plain sweeps.
  public func run(
    _ plan: PathPlan, block: Range<Int>,
    skipping isDone: (_ cells: Range<Int>, _ examples: Range<Int>) -> Bool = { _, _ in false },
    deliver: @Sendable (SweepBlock) throws -> Void
  ) throws {
    let ends = PathNodes(plan)
    let kept = Set(PartialExecutor.keptNodes(model.graph)).union(ends.senders).union(ends.receivers)
    for rows in groups(of: block, keeping: kept) where !isDone(0..<plan.cells, rows) {
      try Task.checkCancellation()
      let group = try ProductThreads.alone { try PathGroup(self, plan, ends, rows: rows, of: block, kept: kept) }
      let columns = plan.columns.count
      let chunks = group.chunks.filter { !isDone($0.lowerBound * columns..<$0.upperBound * columns, rows) }
      try WorkerPool.run(count: chunks.count, threads: group.workers) {
        try group.block(senders: chunks[$0], check: $1)
      } deliver: {
        try deliver($0)
      }
    }
  }
}

/// The nodes where paths begin and end, and those that are frozen on the way.
private struct PathNodes: Sendable {
  let senders: Set<NodeID>
  let receivers: Set<NodeID>
  let frozen: Set<NodeID>

  init(_ plan: PathPlan) {
    let anatomy = plan.anatomy
    senders = Set(plan.sweep.senders.joined().map { anatomy.node(of: $0) })
    receivers = Set(plan.sweep.receivers.flatMap { anatomy.nodes(of: $0) })
    let mlps = plan.sweep.freeze == .headsAndMlps ? anatomy.blocks.compactMap { $0.mlp?.output.written } : []
    frozen = Set(anatomy.blocks.map(\.attention.z) + mlps)
  }
}

/// A path sweep over some of the examples.
private struct PathGroup: Sendable {
  let engine: PatchingEngine
  let plan: PathPlan
  let ends: PathNodes
  let rows: Range<Int>
  let base: Activations
  let other: Activations
  let executor: PartialExecutor
  let reader: CellReader

  /// The base run's metrics, row by row.
  private let unpatched: [Metric: [Float]]
  private let size: ChunkSize

  init(
    _ engine: PatchingEngine, _ plan: PathPlan, _ ends: PathNodes, rows: Range<Int>, of block: Range<Int>,
    kept: Set<NodeID>
  ) throws {
    self.engine = engine
    self.plan = plan
    self.ends = ends
    self.rows = rows
    base = try engine.heldRun(engine.direction.base, rows: rows, keeping: kept)
    other = try engine.heldRun(engine.direction.other, rows: rows, keeping: ends.senders)
    let places = rows.lowerBound - block.lowerBound..<rows.upperBound - block.lowerBound
    unpatched = try engine.baselines(of: block).base(engine.direction).mapValues { Array($0[places]) }
    reader = try CellReader(engine, rows: rows, of: block, name: plan.sweep.name)
    executor = try PartialExecutor(engine.model, base: base, columns: reader.columns)
    size = ChunkSize(engine, rows: rows.count, reader.columns)
  }

  /// Ranges of senders that one worker takes at a time.
  var chunks: [Range<Int>] {
    Cut.evenly(plan.senders, atMost: size.cells(ofEntries: base.batch.entries) / plan.columns.count)
  }

  /// How many workers fit in the memory budget.
  var workers: Int { engine.workers(ofBytes: size.largestChunk(cellEntries: base.batch.entries)) }

  func block(senders: Range<Int>, check: () throws -> Void) throws -> SweepBlock {
    let changes = senders.flatMap { sender in (0..<rows.count).compactMap { senderCell(sender, row: $0) } }
    let columns = plan.columns.count
    var results = reader.unchanged(cells: senders.count * columns, base: unpatched)
    if plan.sweep.receivers != [.logits], !ends.receivers.isEmpty {
      try throughInputs(changes, senders, &results, check: check)
    }
    if let column = plan.columns.firstIndex(of: [.logits]) {
      let run = try executor.run(cells: changes.map(\.cell), frozen: ends.frozen)
      for (i, change) in changes.enumerated() {
        let cell = (change.sender - senders.lowerBound) * columns + column
        try results.set(cell: cell, row: change.cell.row, run, at: i)
      }
      results.productOperations += run.productOperations
    }
    return results.block(cells: senders.lowerBound * columns..<senders.upperBound * columns)
  }

  /// A sender's change in one row, with all nodes frozen that should be; nil if the prompt has none of the positions.
  private func senderCell(_ sender: Int, row: Int) -> (sender: Int, cell: Cell)? {
    let length = base.batch.length(row)
    let positions = plan.sweep.senderPositions.indices(count: length)
    guard !positions.isEmpty else { return nil }
    let resolver = SiteResolver(engine.model.graph)
    let edits = plan.sweep.senders[sender].flatMap { member -> [PlacedEdit] in
      let node = engine.model.graph[plan.anatomy.node(of: member)]
      var indices: [SiteAxis: [Int]] = [.position: positions]
      if let head = member.head { indices[.head] = [head.head] }
      return resolver.place(node, row: row, length: length, at: indices, action: .replace(from: other, row: row))
    }
    return (sender, Cell(row: row, edits: edits))
  }

  /// Computes the receivers' inputs and puts them into the base run, one cell for each sender, column and row.
  private func throughInputs(
    _ changes: [(sender: Int, cell: Cell)], _ senders: Range<Int>, _ results: inout CellReader.Values,
    check: () throws -> Void
  ) throws {
    let became = try executor.values(of: ends.receivers.sorted(), cells: changes.map(\.cell), frozen: ends.frozen)
    var cells: [Cell] = []
    var places: [Int] = []
    for (i, change) in changes.enumerated() {
      for (column, receivers) in plan.columns.enumerated() where receivers != [.logits] {
        let edits = receivers.flatMap { inputEdits($0, row: change.cell.row, became, i) }
        guard !edits.isEmpty else { continue }
        cells.append(Cell(row: change.cell.row, edits: edits))
        places.append((change.sender - senders.lowerBound) * plan.columns.count + column)
      }
    }
    // The columns multiply the cells, which are run in pieces no larger than a chunk of senders should be.
    let count = ChunkSize(engine, rows: 1, reader.columns).cells(ofEntries: base.batch.entries / max(1, rows.count))
    for start in stride(from: 0, to: cells.count, by: count) {
      try check()
      let piece = start..<min(start + count, cells.count)
      let run = try executor.run(cells: Array(cells[piece]))
      for i in piece { try results.set(cell: places[i], row: cells[i].row, run, at: i - start) }
      results.productOperations += run.productOperations
    }
  }

  private func inputEdits(_ receiver: Receiver, row: Int, _ became: ChangedValues, _ cell: Int) -> [PlacedEdit] {
    let graph = engine.model.graph
    let length = base.batch.length(row)
    let chosen = plan.sweep.receiverPositions.indices(count: length)
    return plan.anatomy.nodes(of: receiver).flatMap { id -> [PlacedEdit] in
      guard let (positions, action) = became.change(of: id, cell: cell) else { return [] }
      let fires = chosen.filter { positions.contains($0) }
      guard !fires.isEmpty else { return [] }
      var indices: [SiteAxis: [Int]] = [.position: fires]
      if let head = receiver.head { indices[.head] = [head.head] }
      return SiteResolver(graph).place(graph[id], row: row, length: length, at: indices, action: action)
    }
  }
}
