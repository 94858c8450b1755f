import ModelGraph

/// Research models described by flags; weights under our own names. `Documentation/patchbay-models.md` lists the keys.
public enum PatchbayFamily: ModelFamily {
  public static let modelTypes = ["patchbay"]

  /// The keys of such a config. Any other is an error, since a misspelt flag would silently give a different model.
  static let keys = [
    "model_type", "n_layers", "n_heads", "n_key_value_heads", "d_model", "d_head", "d_mlp", "vocab_size", "n_ctx",
    "norm", "norm_eps", "activation", "gated", "positions", "rope_theta", "rotary_dims", "attention_bias", "mlp_bias",
    "norm_bias", "unembed_bias", "causal", "tie_word_embeddings", "parallel", "attention_scale", "bos_token_id",
    "eos_token_id", "architectures", "description",
  ]

  enum NormName: String, CaseIterable { case none, layer, rms }
  enum PositionName: String, CaseIterable { case none, learned, rotary }

  public static func spec(_ config: Config) throws -> TransformerSpec {
    if let unknown = config.keys.first(where: { !keys.contains($0) }) {
      throw CheckpointError.unknownConfigKey(key: unknown, known: keys, file: config.file)
    }
    let (dModel, heads) = (try config.size("d_model"), try config.size("n_heads"))
    let keyValueHeads = try config.size("n_key_value_heads", default: heads)
    guard heads % keyValueHeads == 0 else {
      throw config.invalid("n_key_value_heads", "a number that divides n_heads = \(heads)")
    }
    if !config.has("d_head"), dModel % heads != 0 {
      throw config.invalid("n_heads", "a number that divides d_model = \(dModel), or give d_head")
    }
    let dHead = try config.size("d_head", default: dModel / heads)
    let norm = try normSpec(config)
    var spec = TransformerSpec(
      family: "patchbay", layers: try config.layers("n_layers", least: 0), heads: heads, keyValueHeads: keyValueHeads,
      dModel: dModel, dHead: dHead, dMlp: try config.size("d_mlp", default: 4 * dModel, least: 0),
      vocabulary: try config.size("vocab_size"), context: config.has("n_ctx") ? try config.size("n_ctx") : nil,
      norm: norm, activation: try config.activation("activation", default: .geluNew),
      positions: try positions(config, dHead: dHead))
    spec.isGated = try config.flag("gated", default: false)
    spec.hasQueryKeyValueBias = try config.flag("attention_bias", default: true)
    spec.hasOutputBias = spec.hasQueryKeyValueBias
    spec.hasMlpBias = try config.flag("mlp_bias", default: true)
    spec.hasUnembeddingBias = try config.flag("unembed_bias", default: false)
    spec.isCausal = try config.flag("causal", default: true)
    spec.isParallel = try config.flag("parallel", default: false)
    spec.tiesEmbeddings = try config.flag("tie_word_embeddings", default: true)
    spec.attentionScale = config.has("attention_scale") ? try config.number("attention_scale") : nil
    return spec
  }

  public static func source(of weight: String, spec: TransformerSpec, stored: Set<String>) -> WeightSource {
    .whole(weight)
  }

  private static func normSpec(_ config: Config) throws -> TransformerSpec.Norm {
    let name: NormName = try config.choice("norm", default: .layer)
    let epsilon = try config.number("norm_eps", default: 1e-5)
    switch name {
    case .none: return .init(kind: nil)
    case .layer:
      return .init(kind: .layer, epsilon: epsilon, hasBias: try config.flag("norm_bias", default: true))
    case .rms: return .init(kind: .rms, epsilon: epsilon, hasBias: try config.flag("norm_bias", default: false))
    }
  }

  private static func positions(_ config: Config, dHead: Int) throws -> TransformerSpec.Positions {
    let name: PositionName = try config.choice("positions", default: .learned)
    switch name {
    case .none: return .none
    case .learned:
      guard config.has("n_ctx") else { throw CheckpointError.missingConfigKey(key: "n_ctx", file: config.file) }
      return .learned
    case .rotary:
      let dimensions = try config.size("rotary_dims", default: dHead)
      guard dimensions <= dHead else { throw config.invalid("rotary_dims", "at most d_head = \(dHead)") }
      let key = config.has("rotary_dims") ? "rotary_dims" : "d_head"
      return .rotary(try config.rotary(dimensions: dimensions, dimensionsKey: key))
    }
  }
}
