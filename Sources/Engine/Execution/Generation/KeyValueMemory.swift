import ModelGraph
import Tensors

/// The keys and values of every token so far, for each attention layer: what a new token attends to.
struct KeyValueMemory: Sendable {
  /// The nodes that are remembered: those that attention reads at other positions.
  let nodes: Set<NodeID>
  /// [node][row]: [position, width], packed.
  private var numbers: [NodeID: [[Float]]]

  init(_ graph: ModelGraph, rows: Int) {
    nodes = Set(graph.attention.flatMap { [$0.k, $0.v] })
    numbers = Dictionary(uniqueKeysWithValues: nodes.map { ($0, [[Float]](repeating: [], count: rows)) })
  }

  /// Remembers some positions of a row, which follow the known ones.
  mutating func append(_ values: UnsafeBufferPointer<Float>, of node: NodeID, row: Int) {
    numbers[node]?[row].append(contentsOf: values)
  }

  /// Calls `body` with all positions of a row, [position, width].
  func withRow<R>(_ row: Int, of node: NodeID, _ body: (UnsafeBufferPointer<Float>) -> R) -> R {
    guard let rows = numbers[node] else {
      preconditionFailure("keys and values of every attention layer are remembered")
    }
    return rows[row].withUnsafeBufferPointer(body)
  }
}
