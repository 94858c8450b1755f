/// The nodes of one attention layer, in any graph that has attention.
public struct AttentionNodes: Sendable, Hashable {
  public let spec: AttentionSpec
  /// Queries as used by the scores: normalised and rotated, if the model does so. [head, dHead]
  public let q: NodeID
  /// Keys as used by the scores. [key-value head, dHead]
  public let k: NodeID
  /// Values as mixed by the pattern. [key-value head, dHead]
  public let v: NodeID
  public let scores: NodeID
  public let pattern: NodeID
  /// The mixed values. [head, dHead]
  public let z: NodeID

  /// The attention layer whose mixed values are at a node; nil if the node mixes nothing.
  init?(mixingAt z: NodeID, in nodes: [Node]) {
    guard case .attentionMix(let spec) = nodes[z.index].operation else { return nil }
    let pattern = nodes[nodes[z.index].inputs[0].index]
    let scores = nodes[pattern.inputs[0].index]
    self.spec = spec
    q = scores.inputs[0]
    k = scores.inputs[1]
    v = nodes[z.index].inputs[1]
    self.scores = scores.id
    self.pattern = pattern.id
    self.z = z
  }
}
