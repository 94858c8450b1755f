/// Part of a batch: rows of tokens, the packed entries that predict, and what each should.
package struct Shard: Sendable {
  package private(set) var rows: [[Int32]] = []
  /// Indices into the packed tokens: all but every row's last.
  package private(set) var entries: [Int] = []
  /// The token that follows each entry.
  package private(set) var targets: [Int32] = []
  private var packed = 0

  /// - Precondition: the row has two tokens or more.
  mutating func append(_ row: [Int32]) {
    precondition(row.count > 1, "a row of \(row.count) tokens predicts nothing")
    rows.append(row)
    entries += packed..<packed + row.count - 1
    targets += row.dropFirst()
    packed += row.count
  }

  init() {}

  package init(_ rows: some Sequence<[Int32]>) {
    for row in rows { append(row) }
  }

  /// Rows in order, cut into parts of about as many tokens; parts without a row are left out.
  package static func cut(_ rows: [[Int32]], into parts: Int) -> [Shard] {
    let count = rows.reduce(0) { $0 + $1.count }
    var shards = [Shard](repeating: Shard(), count: parts)
    var done = 0
    for row in rows {
      shards[min(parts - 1, done * parts / count)].append(row)
      done += row.count
    }
    return shards.filter { !$0.rows.isEmpty }
  }

  /// A document as rows that a model with this context can take; a row of one token predicts nothing and is dropped.
  package static func rows(of document: [Int32], context: Int?) -> [[Int32]] {
    let width = context ?? max(2, document.count)
    return stride(from: 0, to: document.count, by: width).map {
      Array(document[$0..<min($0 + width, document.count)])
    }.filter { $0.count > 1 }
  }
}
