import Execution

/// The sizes that work is cut to.
///
/// Rows that share a matrix product with other rows may round otherwise, so what stands here decides the last bits of every result. Nothing here may
/// depend on the machine, the number of threads or the memory: those only say how many pieces are worked on at once.
enum Cut {
  /// Examples in a block.
  static let examples = 32
  /// Bytes that the unedited runs of the examples worked on together take, if one example's do. A block of longer prompts is taken in groups.
  static let groupBytes = 1 << 30
  /// Bytes that the edited runs of a chunk of cells take, if one cell's do.
  static let chunkBytes = 256 << 20
  /// The number of chunks is a multiple of this, so that a few workers get equal shares.
  static let shares = 4

  /// Changed positions in a chunk of cells. Beyond a thousand or so a product gains nothing, and its operands leave the cache.
  static func chunkEntries(ofPictures: Bool) -> Int { ofPictures ? 32 : 1024 }

  /// Positions that one worker runs at a time of examples that are not edited.
  static func pieceEntries(ofPictures: Bool) -> Int { ofPictures ? 8 : 256 }

  /// Runs of about equal length, of at most `limit` each, and a multiple of `shares` of them where there are enough.
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

  /// - Parameter rows: the examples of a cell.
  init(_ engine: PatchingEngine, rows: Int, _ columns: ScoreColumns) {
    let graph = engine.model.graph
    let d = graph.dimensions
    // The widest few activations of a block, which live at the same time.
    let widest = engine.prompts.hasPictures ? graph.nodes.map(\.layout.width).max() ?? 0 : 0
    bytesPerEntry = 4 * (12 * d.dModel + 4 * d.dMlp + 6 * d.heads * d.dHead + 8 * widest)
    scoreBytes = columns.isWhole ? 8 * graph[graph.logits].layout.width * rows : 0
    entries = max(
      1, min(Cut.chunkBytes / bytesPerEntry, Cut.chunkEntries(ofPictures: engine.prompts.hasPictures)))
  }

  /// What cells with so many changed positions together take.
  func bytes(entries: Int, cells: Int) -> Int { entries * bytesPerEntry + cells * scoreBytes }

  /// Bytes that no chunk goes beyond.
  /// - Parameter cellEntries: the positions of one cell at most, which is always taken.
  func largestChunk(cellEntries: Int) -> Int {
    max(min(bytes(entries: entries, cells: entries), Cut.chunkBytes), bytes(entries: cellEntries, cells: 1))
  }

  /// Whether a chunk has no room for more.
  func isExceeded(entries: Int, cells: Int) -> Bool {
    entries > self.entries || bytes(entries: entries, cells: cells) > Cut.chunkBytes
  }

  /// How many cells are taken at a time where all have the same number of changed positions.
  func cells(ofEntries each: Int) -> Int {
    max(1, min(entries / max(1, each), Cut.chunkBytes / max(1, bytes(entries: each, cells: 1))))
  }
}
