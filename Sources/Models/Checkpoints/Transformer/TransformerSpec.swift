import ModelGraph

/// A transformer described by flags: what all text families have in common. A family turns its config into one of
/// these.
public struct TransformerSpec: Sendable, Hashable {
  /// How positions are encoded.
  public enum Positions: Sendable, Hashable {
    case none
    /// A learned vector for each position, added to the embedding.
    case learned
    /// Queries and keys are rotated.
    case rotary(RotarySpec)
  }

  /// The norm before each part and before the unembedding.
  public struct Norm: Sendable, Hashable {
    /// nil for no norm.
    public var kind: NormKind?
    public var epsilon: Float
    /// Added to the stored gain (1 for Gemma, which stores gain - 1).
    public var gainOffset: Float
    public var hasBias: Bool
    /// Whether checkpoints have a gain; if not, it is 1 (OPT without `layer_norm_elementwise_affine`).
    public var hasGain = true

    public init(kind: NormKind?, epsilon: Float = 1e-5, gainOffset: Float = 0, hasBias: Bool = false) {
      self.kind = kind
      self.epsilon = epsilon
      self.gainOffset = gainOffset
      self.hasBias = hasBias
    }
  }

  public var family: String
  public var layers: Int
  public var heads: Int
  public var keyValueHeads: Int
  public var dModel: Int
  public var dHead: Int
  /// 0 for attention only.
  public var dMlp: Int
  public var vocabulary: Int
  /// The longest prompt; nil for no limit.
  public var context: Int?
  public var norm: Norm
  /// Norms before attention and the MLP; OLMo 2 has none.
  public var hasPreNorms = true
  /// Norms after attention and after the MLP, before they are added to the residual stream (Gemma 2, OLMo 2).
  public var hasPostNorms = false
  /// Norms of the stream itself, after each part has written to it (OPT-350M, BERT): parts read the normalised stream
  /// and add to it. Only for sequential blocks without other norms.
  public var normalizesStream = false
  /// Whether there is a norm before the unembedding, if there are norms at all.
  public var hasFinalNorm = true
  public var activation: ActivationFunction
  /// Whether the MLP multiplies act(gate) by a second linear map.
  public var isGated = false
  public var positions: Positions
  /// A norm over each head's query and key before rotation (Qwen3).
  public var normalizesQueriesAndKeys = false
  /// Whether this is one norm over the queries of all heads and one over their keys (OLMo 2).
  public var normalizesAcrossHeads = false
  /// For each layer, how its queries and keys are rotated (Gemma 3); empty if `positions` applies to all.
  public var layerRotations: [RotarySpec] = []
  public var hasQueryKeyValueBias = false
  public var hasOutputBias = false
  public var hasMlpBias = false
  public var hasUnembeddingBias = false
  /// Attention and MLP both read the stream before the block (GPT-NeoX).
  public var isParallel = false
  /// Whether attention and MLP of a parallel block share a norm in checkpoints (GPT-J, Falcon-7B); the graph has it
  /// before each.
  public var sharesBlockNorm = false
  /// What embeddings are multiplied by (Gemma: sqrt(dModel)).
  public var embeddingScale: Float?
  /// What query-key products are multiplied by; 1/sqrt(dHead) if nil.
  public var attentionScale: Float?
  public var attentionSoftCap: Float?
  public var logitSoftCap: Float?
  /// For each layer, how far back it sees; empty if all see everything.
  public var windows: [Int?] = []
  public var isCausal = true
  public var tiesEmbeddings = false
  /// The width of stored embeddings, if one matrix maps them to the stream's width and another back (OPT-350M); the
  /// graph's embedding and unembedding are the products.
  public var embeddingWidth: Int?
  /// Whether embedding and unembedding are one matrix of the graph.
  public var sharesEmbeddings: Bool { tiesEmbeddings && embeddingWidth == nil }
  /// How the linear maps' matrices are stored; the embeddings are always [vocabulary, dModel].
  public var orientation = LinearMap.Orientation.outputsByInputs

  public init(
    family: String, layers: Int, heads: Int, keyValueHeads: Int, dModel: Int, dHead: Int, dMlp: Int, vocabulary: Int,
    context: Int?, norm: Norm, activation: ActivationFunction, positions: Positions
  ) {
    self.family = family
    self.layers = layers
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.dModel = dModel
    self.dHead = dHead
    self.dMlp = dMlp
    self.vocabulary = vocabulary
    self.context = context
    self.norm = norm
    self.activation = activation
    self.positions = positions
  }
}
