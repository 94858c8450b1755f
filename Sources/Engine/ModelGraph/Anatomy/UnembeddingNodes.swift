/// The end of a graph: the linear map that computes the logits (also in a conv policy), and the soft cap on them.
public struct UnembeddingNodes: Sendable, Hashable {
  /// The map's input: the final norm's output, if there is a final norm.
  public let input: NodeID
  public let map: LinearMap
  /// The map's output, before a soft cap.
  public let scores: NodeID
  /// Logits are cap * tanh(scores / cap).
  public let softCap: Float?

  /// nil if the graph does not end in a linear map.
  init?(_ graph: ModelGraph) {
    var node = graph[graph.logits]
    var cap: Float?
    if case .softCap(let value) = node.operation {
      cap = value
      node = graph[node.inputs[0]]
    }
    guard case .linear(let map) = node.operation else { return nil }
    input = node.inputs[0]
    self.map = map
    scores = node.id
    softCap = cap
  }
}

extension ModelGraph {
  /// The linear map that computes the logits; nil if the graph does not end in one.
  public var unembedding: UnembeddingNodes? { UnembeddingNodes(self) }
}
