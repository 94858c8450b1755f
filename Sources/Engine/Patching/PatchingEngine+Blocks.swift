import Execution
import ModelGraph
import Tensors

/// How examples are processed: in blocks of a fixed number, and within a block in groups whose unedited runs fit in
/// memory.
extension PatchingEngine {
  /// How many examples are processed together. This affects the last bits of results: the examples of a block share
  /// matrix products.
  public static let blockSize = Cut.examples

  /// The blocks of examples, in order; the last may be shorter. Whatever an engine computes for a block depends only on
  /// the block's examples, unless an edit takes from others.
  public var blocks: [Range<Int>] {
    stride(from: 0, to: prompts.count, by: Self.blockSize).map { $0..<min($0 + Self.blockSize, prompts.count) }
  }

  /// A block's examples, in groups whose runs on both sides (keeping `nodes`) take no more than a fixed number of
  /// bytes.
  package func groups(of block: Range<Int>, keeping nodes: some Sequence<NodeID>, copies: Int = 2) -> [Range<Int>] {
    precondition(
      block.lowerBound % Self.blockSize == 0 && !block.isEmpty && block.upperBound <= prompts.count,
      "\(block) is one of the engine's blocks")
    let limit = Cut.groupBytes / max(1, copies * bytesPerEntry(of: nodes, in: block))
    return prompts.groups(of: block, entries: max(1, limit))
  }

  /// Bytes that some activations take per position of some examples.
  private func bytesPerEntry(of nodes: some Sequence<NodeID>, in examples: Range<Int>) -> Int {
    let longest = examples.reduce(1) { max($0, prompts.pairs[$1].length) }
    return nodes.reduce(0) { sum, id in
      let layout = model.graph[id].layout
      if case .perPair = layout { return sum + 4 * layout.width * longest }
      return sum + 4 * layout.width
    }
  }

  /// How many workers there may be if the work of each takes this many bytes.
  func workers(ofBytes bytes: Int) -> Int { max(1, min(threads, memory / 2 / max(1, bytes))) }

  // MARK: Unedited runs

  /// The unedited run of some examples, in any order, made in pieces that workers share.
  func unedited(_ side: RunSide, rows: some Collection<Int>, keeping nodes: Set<NodeID>) throws -> Activations {
    let batch = try prompts.batch(side, rows: rows)
    let pieces = batch.groups(ofEntries: Cut.pieceEntries(ofPictures: batch.hasPictures))
    let runs = try WorkerPool.map(count: pieces.count, threads: threads) {
      try Task.checkCancellation()
      return try Oracle(model).run(batch.gathering(rows: Array(pieces[$0])), keeping: nodes)
    }
    return runs.count == 1 ? runs[0] : Activations(joining: runs, of: batch)
  }

  /// The unedited run of a group, kept until the next group's is requested.
  func heldRun(_ side: RunSide, rows: Range<Int>, keeping nodes: Set<NodeID>) throws -> Activations {
    try runs.run(side, rows: rows, nodes: nodes) { try unedited(side, rows: rows, keeping: $0) }
  }

  /// Releases the unedited runs of the last block, and the memory in which runs were computed.
  package func release() {
    runs.release()
    baselineCache.release()
    Tensor.releaseMemory()
  }

  /// Reads something from the unedited run of each of a block's examples, which are run in pieces that workers share.
  /// - Parameters:
  ///   - entries: how many positions to run at a time, if fewer than usual.
  ///   - read: receives a run, the example's row in it, and its number.
  /// - Returns: what was read, in the order of examples.
  func readExamples<Result: Sendable>(
    _ side: RunSide, of block: Range<Int>, keeping nodes: Set<NodeID>, entries: Int = Int.max,
    _ read: @Sendable (_ run: Activations, _ row: Int, _ example: Int) throws -> Result
  ) throws -> [Result] {
    let bytes = max(1, bytesPerEntry(of: nodes, in: block))
    let limit = min(entries, Cut.pieceEntries(ofPictures: prompts.hasPictures), max(1, Cut.chunkBytes / bytes))
    let pieces = prompts.groups(of: block, entries: limit)
    return try WorkerPool.map(count: pieces.count, threads: workers(ofBytes: bytes * limit)) { number in
      try Task.checkCancellation()
      let rows = pieces[number]
      let run = try Oracle(model).run(prompts.batch(side, rows: rows), keeping: nodes)
      return try rows.enumerated().map { try read(run, $0, $1) }
    }.flatMap(\.self)
  }

  /// The scores of the whole vocabulary at the last position of each of a block's examples.
  func lastLogits(_ side: RunSide, of block: Range<Int>) throws -> [[Float]] {
    let pieces = prompts.groups(of: block, entries: Cut.pieceEntries(ofPictures: prompts.hasPictures))
    return try WorkerPool.map(count: pieces.count, threads: threads) { number in
      try Task.checkCancellation()
      let rows = pieces[number]
      let logits = try Oracle(model).lastLogits(prompts.batch(side, rows: rows)).logits
      let width = logits.count / rows.count
      return try rows.enumerated().map { place, example in
        let own = logits.withValues { Array($0[place * width..<(place + 1) * width]) }
        guard own.allSatisfy(\.isFinite) else { throw RunError.logitsNotFinite(example: example) }
        return own
      }
    }.flatMap(\.self)
  }
}
