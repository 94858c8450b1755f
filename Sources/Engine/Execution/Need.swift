import ModelGraph

/// The tokens of each prompt at which a node's value is needed; `last` means the tokens whose logits are needed.
enum Need {
  case none, last, all

  /// What must be computed for each node of a graph: all tokens of the nodes in `whole` and of everything they depend
  /// on; for what only the logits need, just the tokens whose logits are read.
  /// - Parameter logits: whether any logits are needed.
  static func settled(_ graph: ModelGraph, whole: some Sequence<NodeID>, logits: Bool) -> [Need] {
    var needs = [Need](repeating: .none, count: graph.nodes.count)
    for id in whole { needs[id.index] = .all }
    if logits, needs[graph.logits.index] == .none { needs[graph.logits.index] = .last }
    for node in graph.nodes.reversed() where needs[node.id.index] != .none {
      for input in node.inputs {
        let passesThrough = needs[node.id.index] == .last && node.hook?.layer == nil && node.operation != .sum
        if !passesThrough { needs[input.index] = .all }
        if needs[input.index] == .none { needs[input.index] = .last }
      }
    }
    return needs
  }
}
