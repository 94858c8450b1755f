import ModelGraph
import Tensors

/// The activations that were requested of a run. Values are packed like the batch.
public struct Activations: Sendable {
  public let batch: Batch
  /// One report for each edit of the run, in the order of the edits.
  public let reports: [EditReport]
  private let values: [NodeID: Tensor]

  /// - Precondition: every value has all entries of the batch.
  public init(batch: Batch, values: [NodeID: Tensor], reports: [EditReport] = []) {
    self.batch = batch
    self.values = values
    self.reports = reports
  }

  /// Joins runs of a batch's rows that were made in several parts.
  /// - Parameters:
  ///   - parts: runs of consecutive rows, all with the same nodes.
  ///   - batch: all their rows.
  /// - Precondition: there is at least one part.
  package init(joining parts: [Activations], of batch: Batch) {
    var values: [NodeID: Tensor] = [:]
    for id in parts[0].values.keys { values[id] = Tensor(joining: parts.compactMap { $0.values[id] }) }
    self.init(batch: batch, values: values)
  }

  /// The same run without its other nodes.
  package func restricted(to nodes: Set<NodeID>) -> Activations {
    Activations(batch: batch, values: values.filter { nodes.contains($0.key) }, reports: reports)
  }

  /// All of one activation, packed: perPosition [entries, width], perPair examples' [head, destination, source] one
  /// after another, perExample [rows, width]. nil if it was not requested.
  public subscript(id: NodeID) -> Tensor? { values[id] }

  /// The nodes with values here.
  public var nodes: [NodeID] { values.keys.sorted() }

  /// The values of one example in the layout's order: [position, features...], [head, destination, source] or
  /// [features...].
  /// - Precondition: the node was requested.
  public func withExample<R>(
    _ row: Int, of node: Node, _ body: (UnsafeBufferPointer<Float>) throws -> R
  ) rethrows -> R {
    guard let value = values[node.id] else { preconditionFailure("\(node.hook?.text ?? "a node") was not kept") }
    let range = batch.range(ofRow: row, layout: node.layout)
    return try value.withValues { try body(UnsafeBufferPointer(rebasing: $0[range])) }
  }
}

extension Batch {
  /// Where one row's values are in a packed value.
  func range(ofRow row: Int, layout: Layout) -> Range<Int> {
    let width = layout.width
    switch layout {
    case .perPosition: return offsets[row] * width..<offsets[row + 1] * width
    case .perPair: return pairOffsets[row] * width..<pairOffsets[row + 1] * width
    case .perExample: return row * width..<(row + 1) * width
    }
  }

  /// How many numbers a packed value holds.
  func count(_ layout: Layout) -> Int {
    switch layout {
    case .perPosition: entries * layout.width
    case .perPair: pairOffsets[rows] * layout.width
    case .perExample: rows * layout.width
    }
  }
}
