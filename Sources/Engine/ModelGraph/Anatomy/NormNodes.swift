/// A norm in a graph: its nodes and its gain.
public struct NormNodes: Sendable, Hashable {
  public let kind: NormKind
  public let epsilon: Float
  /// The norm's input.
  public let input: NodeID
  /// What it divides by: one number per position (and per head, if each head's features have their own norm).
  public let scale: NodeID
  /// The input over its scale, before the gain.
  public let normalized: NodeID
  public let output: NodeID
  public let gain: WeightID
  /// Added to the stored gain (1 for Gemma).
  public let gainOffset: Float
  public let bias: WeightID?

  /// The norm whose last node is `output`; nil if that node is not part of a norm.
  public init?(endingAt output: NodeID, in graph: ModelGraph) {
    guard case .affine(let gain, let gainOffset, let bias) = graph[output].operation,
      let normalized = graph[output].inputs.first, case .normalized(let kind) = graph[normalized].operation,
      let input = graph[normalized].inputs.first, let scale = graph[normalized].inputs.last,
      case .normScale(_, let epsilon) = graph[scale].operation
    else { return nil }
    self.kind = kind
    self.epsilon = epsilon
    self.input = input
    self.scale = scale
    self.normalized = normalized
    self.output = output
    self.gain = gain
    self.gainOffset = gainOffset
    self.bias = bias
  }
}
