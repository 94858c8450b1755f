import ModelGraph
import Tensors

/// Values of the base run at chosen entries: read if they were kept, otherwise computed from values that were.
struct BaseReader: Sendable {
  let model: Model
  let base: Activations

  /// [entries, width]
  /// - Precondition: the node was kept, or can be computed from kept ones entry by entry.
  func values(of id: NodeID, at entries: Entries) -> Tensor {
    let node = model.graph[id]
    if let kept = base[id] {
      return kept.reshaped([base.batch.entries, node.layout.width]).gatheringRows(entries.indices)
    }
    if case .observation = node.operation { return base.batch.pictures(at: entries.indices) }
    let inputs = node.inputs.map { values(of: $0, at: entries) }
    let value = NodeEvaluator(graph: model.graph, weights: model.weights)
      .value(of: node, inputs: inputs, entries: entries, tokens: base.batch.tokens)
    return value.reshaped([entries.indices.count, node.layout.width])
  }
}
