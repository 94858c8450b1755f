import Execution
import ModelGraph
import Tensors

/// A whole run in double precision, written independently and plainly, with one number moved by a little: the reference
/// for derivatives.
///
/// It shares no arithmetic with the executors. Only inputs, weights and the values of edits are float32.
public struct DoubleRun: Sendable {
  /// The one number that is moved.
  public enum Nudge: Sendable {
    /// One of a node's packed values, after its edits.
    case node(NodeID, index: Int, by: Double)
    /// One of a weight's numbers, in the declared shape.
    case weight(WeightID, index: Int, by: Double)
  }

  let graph: ModelGraph
  let batch: Batch
  let tokens: [Int]
  /// All rows' pictures; empty for a batch of tokens.
  let pictures: [Double]
  let editsByNode: [NodeID: [PlacedEdit]]
  private let weights: [[Double]]
  /// Every node's packed value if nothing is moved.
  public private(set) var values: [[Double]]

  public init(_ model: Model, _ batch: Batch, edits: [PlacedEdit] = []) {
    graph = model.graph
    self.batch = batch
    switch batch.content {
    case .tokens(let ids): (tokens, pictures) = (ids.map(Int.init), [])
    case .observations(let images): (tokens, pictures) = ([], images.values.map(Double.init))
    }
    editsByNode = Dictionary(grouping: edits, by: \.node)
    weights = graph.weights.indices.map { index in
      let matrix = model.weights[WeightID(index)]
      return (0..<matrix.rows).flatMap { row in matrix.withRow(row) { $0.map(Double.init) } }
    }
    values = []
    values = run(nil)
  }

  /// The logits at some packed entries, [entries, vocabulary].
  public func logits(at entries: [Int], _ nudge: Nudge? = nil) -> [Double] {
    let width = graph[graph.logits].layout.width
    let all = nudge.map { run($0)[graph.logits.index] } ?? values[graph.logits.index]
    return entries.flatMap { all[$0 * width..<($0 + 1) * width] }
  }

  /// The central difference of an objective of the logits at some entries, per unit of the number moved by `nudge`.
  public func slope(
    at entries: [Int], step: Double = 1e-5, _ nudge: (Double) -> Nudge, of objective: ([Double]) -> Double
  ) -> Double {
    (objective(logits(at: entries, nudge(step))) - objective(logits(at: entries, nudge(-step)))) / (2 * step)
  }

  /// All values; those that the nudge cannot reach are not recomputed.
  private func run(_ nudge: Nudge?) -> [[Double]] {
    var values = values
    var moved = [Bool](repeating: values.isEmpty, count: graph.nodes.count)
    if values.isEmpty { values = [[Double]](repeating: [], count: graph.nodes.count) }
    var weights = weights
    if case .weight(let id, let index, let by)? = nudge { weights[id.index][index] += by }
    for node in graph.nodes {
      var usesMoved = node.inputs.contains { moved[$0.index] }
      if case .weight(let id, _, _)? = nudge, node.operation.uses(id) { usesMoved = true }
      if usesMoved || moved[node.id.index] {
        moved[node.id.index] = true
        values[node.id.index] = value(of: node, node.inputs.map { values[$0.index] }, weights)
        for edit in editsByNode[node.id] ?? [] { edit.apply(to: &values[node.id.index], of: node, batch: batch) }
      }
      if case .node(let id, let index, let by)? = nudge, id == node.id {
        moved[id.index] = true
        values[id.index][index] += by
      }
    }
    return values
  }
}

extension Batch {
  /// Where a row's numbers begin in a packed value.
  func start(ofRow row: Int, _ layout: Layout) -> Int {
    switch layout {
    case .perPosition: offsets[row] * layout.width
    case .perPair: pairOffsets[row] * layout.width
    case .perExample: row * layout.width
    }
  }
}

extension Operation {
  /// Whether the operation's result depends on a weight.
  fileprivate func uses(_ id: WeightID) -> Bool {
    switch self {
    case .tokenEmbedding(let table), .positionEmbedding(let table): table == id
    case .affine(let gain, _, let bias): gain == id || bias == id
    case .linear(let map), .linearByHead(let map, _): map.weight == id || map.bias == id
    case .headResults(let map, _): map.weight == id
    case .sumOverHeads(let bias): bias == id
    case .convolution(let map): map.weight == id || map.bias == id
    default: false
    }
  }
}
