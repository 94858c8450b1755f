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
  /// - Parameter deliver: called with every block once, by one worker at a time.
  /// - Throws: what `deliver` throws; `PatchingError.scoresNotFinite`; `CancellationError` when the task is cancelled.
  public func run(_ plan: SweepPlan, deliver: @Sendable (SweepBlock) throws -> Void) throws {
    let (base, other) = (try prompts.base(direction), try prompts.other(direction))
    let site = try siteNodes(plan)
    let kept = method == .partial ? Set(PartialExecutor.keptNodes(model.graph)).union(site) : Set(site)
    let bytes = kept.reduce(0) { $0 + model.graph[$1].layout.width * 4 } * 2
    for rows in base.groups(ofEntries: max(1, memory / 2 / max(1, bytes))) {
      // Only the task's own thread knows that it was cancelled, and it may come too late to take a chunk.
      try Task.checkCancellation()
      let group = try Group(self, plan: plan, base: base, other: other, rows: rows, kept: kept, site: site)
      try group.run(deliver: deliver)
    }
  }

  private func siteNodes(_ plan: SweepPlan) throws -> [NodeID] {
    let resolver = SiteResolver(model.graph)
    return try plan.layers.map { try resolver.node(plan.sweep.site.name, layer: $0).id }
  }
}

/// A sweep over some of the examples.
private struct Group: Sendable {
  let engine: PatchingEngine
  let plan: SweepPlan
  let rows: Range<Int>
  let placement: CellPlacement
  let columns: ScoreColumns
  let executor: PartialExecutor?

  init(
    _ engine: PatchingEngine, plan: SweepPlan, base: Batch, other: Batch, rows: Range<Int>, kept: Set<NodeID>,
    site: [NodeID]
  ) throws {
    self.engine = engine
    self.plan = plan
    self.rows = rows
    let oracle = Oracle(engine.model)
    let chosen = Array(rows)
    let baseRun = try oracle.run(base.gathering(rows: chosen), keeping: kept)
    var otherRun = baseRun
    var partners = [Int](repeating: 0, count: rows.count)
    switch plan.sweep.edit {
    case .mean: otherRun = try oracle.mean(of: site, over: other)
    case .resample(let seed):
      let all = try engine.partners(seed: seed)
      otherRun = try oracle.run(other.gathering(rows: rows.map { all[$0] }), keeping: site)
      partners = Array(0..<rows.count)
    case let edit where edit.needsOtherRun:
      otherRun = try oracle.run(other.gathering(rows: chosen), keeping: site)
    default: break
    }
    placement = CellPlacement(
      plan: plan, graph: engine.model.graph, base: baseRun, other: otherRun, partners: partners)
    let onlyAnswers = engine.metrics.allSatisfy(\.needsOnlyAnswers)
    let pairs = engine.prompts.pairs[rows]
    columns = onlyAnswers ? .chosen(pairs.map { $0.answers + $0.wrongs }) : .whole
    executor = engine.method == .partial ? try PartialExecutor(engine.model, base: baseRun, columns: columns) : nil
  }

  func run(deliver: @Sendable (SweepBlock) throws -> Void) throws {
    let chunks = chunks()
    let failure = FirstFailure()
    let queue = WorkQueue(count: chunks.count)
    let workers = min(engine.threads, chunks.count)
    let deliveries = NSLock()
    // Each worker multiplies on its own thread: two small products side by side are faster than one shared between threads.
    DispatchQueue.concurrentPerform(iterations: max(1, workers)) { _ in
      ProductThreads.set(workers > 1 ? 1 : engine.threads)
      while failure.error == nil, let next = queue.next() {
        do {
          try Task.checkCancellation()
          let block = try block(chunks[next])
          try deliveries.withLock { try deliver(block) }
        } catch {
          failure.note(error)
        }
      }
    }
    ProductThreads.set(engine.threads)
    if let error = failure.error { throw error }
  }

  /// Runs of cells, as many at a time as the budget and a worker's share allow.
  private func chunks() -> [Range<Int>] {
    let batch = placement.base.batch
    let perCell =
      max(1, batch.entries) * engine.bytesPerEntry + (columns.isWhole ? rows.count * engine.vocabularyBytes : 0)
    let byMemory = engine.memory / 2 / engine.threads / max(1, perCell)
    let byShare = (plan.cells + engine.threads - 1) / engine.threads
    // Beyond a thousand or so tokens a product gains nothing, and its operands leave the cache.
    let byCache = max(1, 1024 / max(1, batch.entries))
    let size = max(1, min(byMemory, byShare, byCache))
    return stride(from: 0, to: plan.cells, by: size).map { $0..<min($0 + size, plan.cells) }
  }

  private func block(_ cells: Range<Int>) throws -> SweepBlock {
    var work: [Cell] = []
    var places: [Int] = []
    for (i, cell) in cells.enumerated() {
      for row in 0..<rows.count {
        guard let edits = try placement.edits(cell: cell, row: row) else { continue }
        work.append(Cell(row: row, edits: edits))
        places.append(i * rows.count + row)
      }
    }
    let results: CellResults
    if let executor {
      results = try executor.run(cells: work)
    } else {
      results = try Oracle(engine.model).run(cells: work, base: placement.base.batch, columns: columns)
    }
    let count = cells.count * rows.count
    var values: [Metric: [Float]] = [:]
    for metric in engine.metrics { values[metric] = [Float](repeating: .nan, count: count) }
    var norms = [Float](repeating: .nan, count: count)
    for (i, place) in places.enumerated() {
      let example = rows.lowerBound + work[i].row
      let reader = MetricReader(pair: engine.prompts.pairs[example])
      let base = engine.baseLogProbabilities.isEmpty ? nil : engine.baseLogProbabilities[example]
      try results.scores[i].withUnsafeBufferPointer { scores in
        guard scores.allSatisfy(\.isFinite) else {
          throw PatchingError.scoresNotFinite(sweep: plan.sweep.name, example: example)
        }
        for metric in engine.metrics {
          values[metric]?[place] = reader.value(metric, of: scores, whole: columns.isWhole, base: base)
        }
      }
      norms[place] = Float(results.changeNorms[i])
    }
    return SweepBlock(cells: cells, examples: rows, values: values, changeNorms: norms)
  }
}

extension PatchingEngine {
  /// A rough upper bound of what an edited run holds at a time for each token: the widest few activations of a block.
  fileprivate var bytesPerEntry: Int {
    let d = model.graph.dimensions
    return 4 * (12 * d.dModel + 4 * d.dMlp + 6 * d.heads * d.dHead)
  }

  fileprivate var vocabularyBytes: Int { 8 * model.graph[model.graph.logits].layout.width }
}

extension ScoreColumns {
  var isWhole: Bool {
    if case .whole = self { true } else { false }
  }
}

/// Hands out numbers from 0, each once.
private final class WorkQueue: @unchecked Sendable {
  // `@unchecked`: the lock guards the counter.
  private let lock = NSLock()
  private let count: Int
  private var taken = 0

  init(count: Int) { self.count = count }

  func next() -> Int? {
    lock.withLock {
      guard taken < count else { return nil }
      taken += 1
      return taken - 1
    }
  }
}

/// Keeps the first error that any worker meets.
private final class FirstFailure: @unchecked Sendable {
  // `@unchecked`: the lock guards the error.
  private let lock = NSLock()
  private var first: (any Error)?

  var error: (any Error)? { lock.withLock { first } }

  func note(_ error: any Error) { lock.withLock { if first == nil { first = error } } }
}
