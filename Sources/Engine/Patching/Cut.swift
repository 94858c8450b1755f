import Execution

/// The sizes into which work is cut.
///
/// Rows that share a matrix product with other rows may round differently, so these sizes decide the last bits of every
/// result. Nothing here may depend on the machine, the number of threads or the memory, which only determine how many
/// pieces are worked on at once.
enum Cut {
  /// Examples in a block.
  static let examples = 32
  /// How many bytes the unedited runs of the examples worked on together may take; a single example may take more. A
  /// block of longer prompts is taken in groups.
  static let groupBytes = 1 << 30
  /// How many bytes the edited runs of a chunk of cells may take; a single cell may take more.
  static let chunkBytes = 256 << 20
  /// The number of chunks is a multiple of this, and the products of a lone piece of work are cut into this many parts,
  /// so that a few workers get equal shares.
  static let shares = 4

  /// Changed positions in a chunk of cells. Beyond a thousand or so, products get no faster and their operands leave
  /// the cache.
  static func chunkEntries(ofPictures: Bool) -> Int { ofPictures ? 32 : 1024 }

  /// Positions of unedited examples that one worker runs at a time.
  static func pieceEntries(ofPictures: Bool) -> Int { ofPictures ? 8 : 256 }

  /// Ranges of about equal length, at most `limit` each; their number is a multiple of `shares` if there are enough.
  static func evenly(_ count: Int, atMost limit: Int) -> [Range<Int>] {
    guard count > 0 else { return [] }
    let least = (count + max(1, limit) - 1) / max(1, limit)
    let pieces = min(count, (least + shares - 1) / shares * shares)
    return (0..<pieces).map { count * $0 / pieces..<count * ($0 + 1) / pieces }
  }
}

/// How large a chunk of cells may be.
struct ChunkSize {
  /// Changed positions.
  let entries: Int
  private let bytesPerEntry: Int
  /// Bytes of the scores of one cell.
  private let scoreBytes: Int

  /// - Parameter rows: the number of examples in a cell.
  init(_ engine: PatchingEngine, rows: Int, _ columns: ScoreColumns) {
    let graph = engine.model.graph
    let d = graph.dimensions
    // The widest few activations of a block, which exist at the same time.
    let widest = engine.prompts.hasPictures ? graph.nodes.map(\.layout.width).max() ?? 0 : 0
    bytesPerEntry = 4 * (12 * d.dModel + 4 * d.dMlp + 6 * d.heads * d.dHead + 8 * widest)
    scoreBytes = columns.isWhole ? 8 * graph[graph.logits].layout.width * rows : 0
    entries = max(
      1, min(Cut.chunkBytes / bytesPerEntry, Cut.chunkEntries(ofPictures: engine.prompts.hasPictures)))
  }

  /// The bytes that cells take if they have this many changed positions together.
  func bytes(entries: Int, cells: Int) -> Int { entries * bytesPerEntry + cells * scoreBytes }

  /// The largest number of bytes in a chunk.
  /// - Parameter cellEntries: the largest number of positions in one cell, which is always taken.
  func largestChunk(cellEntries: Int) -> Int {
    max(min(bytes(entries: entries, cells: entries), Cut.chunkBytes), bytes(entries: cellEntries, cells: 1))
  }

  /// Whether a chunk of this size is too large.
  func isExceeded(entries: Int, cells: Int) -> Bool {
    entries > self.entries || bytes(entries: entries, cells: cells) > Cut.chunkBytes
  }

  /// How many cells are taken at a time if all have the same number of changed positions.
  func cells(ofEntries each: Int) -> Int {
    max(1, min(entries / max(1, each), Cut.chunkBytes / max(1, bytes(entries: each, cells: 1))))
  }
}
