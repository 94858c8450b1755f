/// Where the parts of a transformer are in its graph: what reads the residual stream, what writes to it, and what lies
/// between.
///
/// The structure is the same for every family and all graph options; a part that a model lacks is nil. Node ids are
/// those of the graph.
public struct Anatomy: Sendable, Hashable {
  /// The sizes of the graph.
  public let dimensions: ModelGraph.Dimensions
  /// The token embedding, scaled if the model does so (`hook_embed`).
  public let embedding: NodeID
  /// [vocabulary, dModel]
  public let embeddingTable: WeightID
  /// Learned position vectors (`hook_pos_embed`); nil if positions are not added to the stream.
  public let positionEmbedding: NodeID?
  /// By layer.
  public let blocks: [Block]
  /// How the unembedding reads the stream: after the last block, through the final norm.
  public let finalInput: StreamInput
  public let unembedding: UnembeddingNodes

  /// One layer.
  public struct Block: Sendable, Hashable {
    public let layer: Int
    /// The stream before the block: `hook_resid_pre`.
    public let stream: NodeID
    public let attention: Attention
    /// nil in an attention-only model.
    public let mlp: MLP?
    /// The norms of the stream itself, in models that normalise it after a part has written to it (OPT-350M): after
    /// attention, if an MLP follows, and at the end of the block; nil in other models.
    public let midNorm, endNorm: NormNodes?

    /// Whether the MLP reads the stream as it was before attention wrote to it (GPT-NeoX), so that neither sees the
    /// other.
    public var isParallel: Bool { mlp?.reading.stream == stream }
  }

  /// A block's attention.
  public struct Attention: Sendable, Hashable {
    public let q, k, v: Projection
    /// The nodes from the scores to z.
    public let nodes: AttentionNodes
    /// What each head writes, without the bias: `hook_result`, [head, dModel].
    public let results: NodeID
    public let output: StreamOutput

    public var spec: AttentionSpec { nodes.spec }
    public var scores: NodeID { nodes.scores }
    public var pattern: NodeID { nodes.pattern }
    public var z: NodeID { nodes.z }
  }

  /// The queries, keys or values of a block's heads.
  public struct Projection: Sendable, Hashable {
    public let reading: StreamInput
    /// [dModel] to [heads * dHead]
    public let map: LinearMap
    /// As computed from the stream (`hook_q`, `hook_k`, `hook_v`), [head, dHead].
    public let output: NodeID
    /// The norm over each head's own features (Qwen3), or over those of all heads (OLMo 2); nil if there is none.
    public let headNorm: NormNodes?
    /// As used by the scores or the mix: normalised and rotated, if the model does so.
    public let used: NodeID
  }

  /// A block's MLP.
  public struct MLP: Sendable, Hashable {
    public let reading: StreamInput
    /// `hook_pre`, [dMlp].
    public let pre: NodeID
    /// The second linear map's output in a gated MLP: `hook_pre_linear`.
    public let preLinear: NodeID?
    /// The neurons: `hook_post`.
    public let post: NodeID
    public let output: StreamOutput

    /// Everything computed from the input by linear maps alone.
    public var inputs: [NodeID] { [pre] + [preLinear].compactMap(\.self) }
  }

  /// The stream before each block and, last, after the last one.
  public var streams: [NodeID] { blocks.map(\.stream) + [finalInput.stream] }
  /// The norm before the unembedding; nil if the model has none.
  public var finalNorm: NormNodes? { finalInput.norm }

  /// nil if the graph is not a transformer.
  init?(_ graph: ModelGraph) {
    guard let embedding = graph.node(hook: "hook_embed"), let unembedding = graph.unembedding else { return nil }
    var rows = embedding
    if case .scaled = rows.operation { rows = graph[rows.inputs[0]] }
    guard case .tokenEmbedding(let table) = rows.operation else { return nil }
    var blocks: [Block] = []
    for layer in 0..<graph.dimensions.layers {
      guard let block = Block(graph, layer: layer) else { return nil }
      blocks.append(block)
    }
    dimensions = graph.dimensions
    self.embedding = embedding.id
    embeddingTable = table
    positionEmbedding = graph.node(hook: "hook_pos_embed")?.id
    self.blocks = blocks
    finalInput = StreamInput(endingAt: unembedding.input, in: graph)
    self.unembedding = unembedding
  }
}

extension Anatomy.Block {
  fileprivate init?(_ graph: ModelGraph, layer: Int) {
    func node(_ suffix: String) -> NodeID? { graph.node(hook: HookName(layer: layer, suffix))?.id }
    guard let stream = node("hook_resid_pre"), let z = node("attn.hook_z"),
      let nodes = AttentionNodes(mixingAt: z, in: graph.nodes),
      let q = node("attn.hook_q").flatMap({ Anatomy.Projection(graph, output: $0, used: nodes.q) }),
      let k = node("attn.hook_k").flatMap({ Anatomy.Projection(graph, output: $0, used: nodes.k) }),
      let v = node("attn.hook_v").flatMap({ Anatomy.Projection(graph, output: $0, used: nodes.v) }),
      let results = node("attn.hook_result"),
      let output = node("hook_attn_out").flatMap({ StreamOutput(endingAt: $0, in: graph) })
    else { return nil }
    func streamNorm(_ suffix: String) -> NormNodes? {
      node(suffix).flatMap { NormNodes(endingAt: graph[$0].inputs[0], in: graph) }
    }
    self.layer = layer
    self.stream = stream
    midNorm = streamNorm("hook_normalized_resid_mid")
    endNorm = streamNorm("hook_normalized_resid_post")
    attention = Anatomy.Attention(q: q, k: k, v: v, nodes: nodes, results: results, output: output)
    guard let pre = node("mlp.hook_pre") else {
      mlp = nil
      return
    }
    guard let post = node("mlp.hook_post"),
      let output = node("hook_mlp_out").flatMap({ StreamOutput(endingAt: $0, in: graph) })
    else { return nil }
    mlp = Anatomy.MLP(
      reading: StreamInput(endingAt: graph[pre].inputs[0], in: graph), pre: pre,
      preLinear: node("mlp.hook_pre_linear"), post: post, output: output)
  }
}

extension Anatomy.Projection {
  fileprivate init?(_ graph: ModelGraph, output: NodeID, used: NodeID) {
    switch graph[output].operation {
    case .linear(let map), .linearByHead(let map, _): self.map = map
    default: return nil
    }
    reading = StreamInput(endingAt: graph[output].inputs[0], in: graph)
    self.output = output
    self.used = used
    var last = used
    if case .rotary = graph[last].operation { last = graph[last].inputs[0] }
    headNorm = NormNodes(endingAt: last, in: graph)
  }
}

extension ModelGraph {
  /// The anatomy of this graph.
  /// - Throws: `GraphError.notTransformer` for another kind of model.
  public func transformer() throws(GraphError) -> Anatomy {
    guard let anatomy else { throw .notTransformer(family: family) }
    return anatomy
  }
}
