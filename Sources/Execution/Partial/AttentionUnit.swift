import ModelGraph

/// The three nodes of one attention layer and what they read.
struct AttentionUnit {
  let spec: AttentionSpec
  let q: NodeID
  let k: NodeID
  let v: NodeID
  let scores: NodeID
  let pattern: NodeID
  let mix: NodeID

  /// Every attention layer of a graph, by its mix node.
  static func all(_ graph: ModelGraph) -> [NodeID: AttentionUnit] {
    var units: [NodeID: AttentionUnit] = [:]
    for node in graph.nodes {
      guard case .attentionMix(let spec) = node.operation else { continue }
      let pattern = graph[node.inputs[0]]
      let scores = graph[pattern.inputs[0]]
      units[node.id] = AttentionUnit(
        spec: spec, q: scores.inputs[0], k: scores.inputs[1], v: node.inputs[1], scores: scores.id,
        pattern: pattern.id, mix: node.id)
    }
    return units
  }

  /// The destinations whose output changes when queries, or keys and values, change at some positions.
  func reached(queries: Range<Int>, keysAndValues: Range<Int>, length n: Int) -> Range<Int> {
    guard !keysAndValues.isEmpty else { return queries }
    guard spec.causal else { return 0..<n }
    let last = spec.window.map { min(n, keysAndValues.upperBound - 1 + $0) } ?? n
    return queries.hull(keysAndValues.lowerBound..<last)
  }
}
