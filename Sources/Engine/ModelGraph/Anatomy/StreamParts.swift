/// How a part of a transformer reads the residual stream.
public struct StreamInput: Sendable, Hashable {
  /// The stream.
  public let stream: NodeID
  /// The norm's input: the stream or, in a graph with `GraphOptions.splitsInputs`, this reader's copy of it
  /// (`hook_q_input`, `hook_mlp_in`).
  public let input: NodeID
  /// The norm before the part; nil if the model has none.
  public let norm: NormNodes?
  /// The input of the part's linear maps: the norm's output.
  public let read: NodeID

  /// - Parameter read: the input of one of the part's linear maps.
  init(endingAt read: NodeID, in graph: ModelGraph) {
    self.read = read
    norm = NormNodes(endingAt: read, in: graph)
    input = norm?.input ?? read
    let node = graph[input]
    switch node.operation {
    case .copiedToHeads: stream = node.inputs[0]
    case .sum where node.inputs.count == 1 && node.isOnRequest: stream = node.inputs[0]
    default: stream = input
    }
  }
}

/// How attention or an MLP writes to the residual stream.
public struct StreamOutput: Sendable, Hashable {
  /// From z [heads * dHead] or neurons [dMlp] to [dModel], with the bias.
  public let map: LinearMap
  /// The map's output including its bias, before a norm after it.
  public let mapped: NodeID
  /// The norm between the map and the stream (Gemma 2); nil if the model has none.
  public let norm: NormNodes?
  /// What is added to the stream: `hook_attn_out`, `hook_mlp_out`.
  public let written: NodeID

  /// nil if the node is not the result of a linear map.
  init?(endingAt written: NodeID, in graph: ModelGraph) {
    self.written = written
    norm = NormNodes(endingAt: written, in: graph)
    mapped = norm?.input ?? written
    var node = graph[mapped]
    if case .sumOverHeads = node.operation { node = graph[node.inputs[0]] }
    switch node.operation {
    case .linear(let map), .headResults(let map, _): self.map = map
    default: return nil
    }
  }
}
