import Execution
import Tensors

/// Part of a batch: rows of tokens or pictures, the packed entries that predict, and their targets.
package struct Shard: Sendable {
  /// What the rows hold.
  package enum Content: Sendable {
    case tokens([[Int32]])
    /// [row, channel, row, column]
    case pictures(Tensor)
  }

  package let content: Content
  /// Indices into the packed tokens: all but each row's last. For pictures, one for every row.
  package let entries: [Int]
  /// The token that follows each entry, or each picture's label.
  package let targets: [Int32]

  /// Documents in which every token but the first is to be predicted.
  /// - Precondition: each row has two tokens or more.
  package init(_ rows: some Sequence<[Int32]>) {
    var entries: [Int] = []
    var targets: [Int32] = []
    var packed = 0
    let rows = Array(rows)
    for row in rows {
      precondition(row.count > 1, "a row of \(row.count) tokens predicts nothing")
      entries += packed..<packed + row.count - 1
      targets += row.dropFirst()
      packed += row.count
    }
    (content, self.entries, self.targets) = (.tokens(rows), entries, targets)
  }

  /// Pictures with a label each.
  /// - Parameter pictures: [row, channel, row, column].
  package init(pictures: Tensor, labels: [Int32]) {
    precondition(pictures.shape.first == labels.count, "\(labels.count) labels for \(pictures.shape)")
    (content, entries, targets) = (.pictures(pictures), Array(labels.indices), labels)
  }

  /// The rows as a run's input.
  package func batch() throws -> Batch {
    switch content {
    case .tokens(let rows): try Batch(prompts: rows)
    case .pictures(let pictures): try Batch(observations: pictures)
    }
  }

  /// Splits rows, in order, into parts with about the same number of tokens; parts without a row are left out.
  package static func cut(_ rows: [[Int32]], into parts: Int) -> [Shard] {
    let count = rows.reduce(0) { $0 + $1.count }
    var shares = [[[Int32]]](repeating: [], count: parts)
    var done = 0
    for row in rows {
      shares[min(parts - 1, done * parts / count)].append(row)
      done += row.count
    }
    return shares.filter { !$0.isEmpty }.map { Shard($0) }
  }

  /// A document as rows that fit the model's context; a row of one token predicts nothing and is dropped.
  package static func rows(of document: [Int32], context: Int?) -> [[Int32]] {
    let width = context ?? max(2, document.count)
    return stride(from: 0, to: document.count, by: width).map {
      Array(document[$0..<min($0 + width, document.count)])
    }.filter { $0.count > 1 }
  }
}
