/// Nodes that cost memory and time, and are in a graph's path only if an edit needs them there. Their values can be
/// requested in any graph.
public struct GraphOptions: Sendable, Hashable {
  /// Queries, keys and values of each head read their own copy of the stream: `hook_q_input`, `hook_k_input`,
  /// `hook_v_input`.
  public var splitsInputs: Bool
  /// Each head's own contribution is a node that attention's output sums: `attn.hook_result`.
  public var separatesResults: Bool

  public init(splitsInputs: Bool = false, separatesResults: Bool = false) {
    self.splitsInputs = splitsInputs
    self.separatesResults = separatesResults
  }
}
