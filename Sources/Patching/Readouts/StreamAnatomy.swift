import Execution
import Interventions
import ModelGraph
import Tensors

/// A norm as the graph has it: where its scale is, and its gain.
struct NormParts: Sendable {
  let kind: NormKind
  /// The node of the scale.
  let scale: NodeID
  let gain: WeightID
  let gainOffset: Float
  let bias: WeightID?
  /// What the norm reads.
  let input: NodeID

  /// The norm whose last node is `node`; nil if it is not one.
  init?(_ node: Node, _ graph: ModelGraph) {
    guard case .affine(let gain, let offset, let bias) = node.operation else { return nil }
    let normalized = graph[node.inputs[0]]
    guard case .normalized(let kind) = normalized.operation else { return nil }
    self.kind = kind
    scale = normalized.inputs[1]
    self.gain = gain
    gainOffset = offset
    self.bias = bias
    input = normalized.inputs[0]
  }

  /// The direction at the norm's input along which a direction at its output is read, the scale held: gain * direction, less its mean under
  /// LayerNorm, over the scale.
  func pulledBack(_ direction: [Double], weights: Weights, scale: Float) -> [Double] {
    let gains = weights[gain].tensor
    var product = direction.indices.map { direction[$0] * Double(gains[$0] + gainOffset) }
    if kind == .layer {
      let mean = product.reduce(0, +) / Double(product.count)
      product = product.map { $0 - mean }
    }
    return product.map { $0 / Double(scale) }
  }
}

/// Where a transformer's graph keeps what reads and writes the residual stream.
struct StreamAnatomy: Sendable {
  /// One attention layer.
  struct Attention: Sendable {
    let layer: Int
    let spec: AttentionSpec
    let z: Node
    let v: NodeID
    let pattern: Node
    let output: LinearMap
    /// The norm between attention's output and the stream (Gemma-2).
    let postNorm: NormParts?
  }

  let attention: [Attention]
  /// Each block's MLP output, where it has one.
  let mlps: [(layer: Int, node: Node)]
  /// `embed`, and `pos_embed` where positions are learned.
  let embeddings: [(name: String, node: Node)]
  /// The stream before each block, and after the last.
  let streams: [Node]
  let finalNorm: NormParts?
  /// The node that the unembedding reads.
  let finalVector: Node
  let unembedding: LinearMap
  let softCap: Float?

  /// - Precondition: the graph is a transformer's.
  init(_ graph: ModelGraph) {
    func node(_ site: SiteName, _ layer: Int) -> Node? { graph.node(hook: site.hook(layer: layer)) }
    let layers = 0..<graph.dimensions.layers
    attention = layers.compactMap { layer in
      guard let z = node(.z, layer), let pattern = node(.pattern, layer), let out = node(.attnOut, layer),
        case .attentionMix(let spec) = z.operation
      else { return nil }
      let postNorm = NormParts(out, graph)
      var writer = postNorm.map { graph[$0.input] } ?? out
      if case .sumOverHeads = writer.operation { writer = graph[writer.inputs[0]] }
      let map: LinearMap
      switch writer.operation {
      case .linear(let own): map = own
      case .headResults(let own, _): map = own
      default: return nil
      }
      return Attention(
        layer: layer, spec: spec, z: z, v: z.inputs[1], pattern: pattern, output: map, postNorm: postNorm)
    }
    mlps = layers.compactMap { layer in node(.mlpOut, layer).map { (layer, $0) } }
    embeddings = [("embed", SiteName.embed), ("pos_embed", .posEmbed)].compactMap { name, site in
      node(site, 0).map { (name, $0) }
    }
    streams =
      layers.compactMap { node(.residPre, $0) } + [layers.last.flatMap { node(.residPost, $0) }].compactMap(\.self)
    var logits = graph[graph.logits]
    var cap: Float?
    if case .softCap(let value) = logits.operation {
      cap = value
      logits = graph[logits.inputs[0]]
    }
    guard case .linear(let map) = logits.operation else { preconditionFailure("logits are a linear map") }
    unembedding = map
    softCap = cap
    finalVector = graph[logits.inputs[0]]
    finalNorm = NormParts(finalVector, graph)
  }
}
