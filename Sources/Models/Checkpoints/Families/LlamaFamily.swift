import ModelGraph

/// LLaMA (Touvron et al. 2023) and the families that differ from it only in flags: Mistral and Qwen2. RMSNorm, rotary
/// positions, gated MLP, grouped keys and values.
public enum LlamaFamily: ModelFamily {
  public static let modelTypes = ["llama", "mistral", "qwen2"]

  public static func spec(_ config: Config) throws -> TransformerSpec {
    let type = try config.string("model_type")
    let context = ["qwen2": 32768, "mistral": 131_072][type] ?? 2048
    var spec = try rotaryDecoder(config, family: type, Usual(context: context))
    switch type {
    case "qwen2":
      spec.hasQueryKeyValueBias = true
      spec.windows = try lateWindows(config, layers: spec.layers)
    case "mistral": spec.windows = try windows(config, layers: spec.layers) { _ in true }
    default:
      spec.hasQueryKeyValueBias = try config.flag("attention_bias", default: false)
      spec.hasOutputBias = spec.hasQueryKeyValueBias
      spec.hasMlpBias = try config.flag("mlp_bias", default: false)
    }
    return spec
  }

  public static func source(of weight: String, spec: TransformerSpec, stored: Set<String>) -> WeightSource {
    .whole(storedName(weight, spec: spec, stored: stored))
  }

  /// The defaults of a family.
  struct Usual {
    var tied = false
    var activation = ActivationFunction.silu
    /// The key that names the nonlinearity; each family reads only one.
    var activationKey = "hidden_act"
    var epsilon: Float = 1e-6
    var context = 2048
    /// `head_dim`; dModel over heads if nil.
    var dHead: Int?
    /// Sizes that a config may omit, by key.
    var sizes: [String: Int] = [:]
  }

  /// What the configs of LLaMA and related families have in common, with the same rotation for all features of all
  /// heads.
  static func rotaryDecoder(_ config: Config, family: String, _ usual: Usual = Usual()) throws -> TransformerSpec {
    var spec = try decoder(config, family: family, usual)
    spec.positions = .rotary(try config.rotary(dimensions: spec.dHead))
    return spec
  }

  /// The same without positions, for families with their own keys for rotation.
  static func decoder(_ config: Config, family: String, _ usual: Usual) throws -> TransformerSpec {
    func size(_ key: String) throws -> Int { try config.size(key, default: usual.sizes[key]) }
    let (dModel, heads) = (try size("hidden_size"), try size("num_attention_heads"))
    let keyValueHeads = try config.size(
      "num_key_value_heads", default: usual.sizes["num_key_value_heads"] ?? heads)
    guard heads % keyValueHeads == 0 else {
      throw config.invalid("num_key_value_heads", "a number that divides num_attention_heads = \(heads)")
    }
    if !config.has("head_dim"), usual.dHead == nil, dModel % heads != 0 {
      throw config.invalid("num_attention_heads", "a number that divides hidden_size = \(dModel)")
    }
    let dHead = try config.size("head_dim", default: usual.dHead ?? dModel / heads)
    var spec = TransformerSpec(
      family: family, layers: try config.layers("num_hidden_layers", default: usual.sizes["num_hidden_layers"]),
      heads: heads,
      keyValueHeads: keyValueHeads, dModel: dModel, dHead: dHead, dMlp: try size("intermediate_size"),
      vocabulary: try size("vocab_size"),
      context: try config.size("max_position_embeddings", default: usual.context, most: Int(Int32.max)),
      norm: .init(kind: .rms, epsilon: try config.number("rms_norm_eps", default: usual.epsilon)),
      activation: try config.activation(usual.activationKey, default: usual.activation), positions: .none)
    spec.isGated = true
    spec.tiesEmbeddings = try config.flag("tie_word_embeddings", default: usual.tied)
    return spec
  }

  /// Each layer's window: by `layer_types` if the config has it, otherwise by the family's own rule.
  /// - Throws: `CheckpointError.invalidConfigValue` for other kinds of layers, and for a missing window that a layer
  ///   needs.
  static func windows(_ config: Config, layers: Int, slides: (Int) -> Bool) throws -> [Int?] {
    // The library's default if the key is absent; null means no window.
    let window =
      config.lacks("sliding_window") || config.has("sliding_window")
      ? try config.size("sliding_window", default: 4096, most: Int(Int32.max)) : nil
    guard let types = try layerTypes(config, layers: layers) else {
      return window == nil ? [] : (0..<layers).map { slides($0) ? window : nil }
    }
    guard types.contains(true) else { return [] }
    guard let window else { throw config.invalid("sliding_window", "a window, as 'layer_types' has sliding attention") }
    return types.map { $0 ? window : nil }
  }

  /// The windows of Qwen: none unless `use_sliding_window` is set; by default only from layer `max_window_layers` on.
  static func lateWindows(_ config: Config, layers: Int) throws -> [Int?] {
    if try config.flag("use_sliding_window", default: false) {
      let full = try config.size("max_window_layers", default: 28, least: 0, most: Int(Int32.max))
      return try windows(config, layers: layers) { $0 >= full }
    }
    guard try layerTypes(config, layers: layers)?.contains(true) != true else {
      throw config.invalid("use_sliding_window", "true, as 'layer_types' has sliding attention")
    }
    return []
  }

  /// Which layers have a window according to `layer_types`; nil if the config has no such key.
  static func layerTypes(_ config: Config, layers: Int) throws -> [Bool]? {
    guard let types = try config.strings("layer_types") else { return nil }
    guard types.count == layers, Set(types).isSubset(of: ["sliding_attention", "full_attention"]) else {
      throw config.invalid("layer_types", "'full_attention' or 'sliding_attention' for each of \(layers) layers")
    }
    return types.map { $0 == "sliding_attention" }
  }

  /// The Hugging Face name of a weight in LLaMA's layout.
  /// - Parameter prefixes: the prefixes under which the family is published; none is used if no stored name has one.
  static func storedName(
    _ weight: String, spec: TransformerSpec, stored: Set<String>, prefixes: [String] = ["model."]
  ) -> String {
    let prefix = prefixes.first { stored.contains("\($0)embed_tokens.weight") || stored.contains("\($0)norm.weight") }
    switch weight {
    case "embed.weight": return "\(prefix ?? "")embed_tokens.weight"
    case "unembed.weight": return "lm_head.weight"
    case "ln_final.weight": return "\(prefix ?? "")norm.weight"
    default: break
    }
    let name = BlockWeight(weight)
    let block = "\(prefix ?? "")layers.\(name.layer)."
    switch name.part {
    case "attn.q", "attn.k", "attn.v", "attn.o": return "\(block)self_\(name.part)_proj.\(name.kind)"
    case "attn.q_norm", "attn.k_norm": return "\(block)self_\(name.part).\(name.kind)"
    case "mlp.gate": return "\(block)mlp.gate_proj.\(name.kind)"
    case "mlp.in": return "\(block)mlp.up_proj.\(name.kind)"
    case "mlp.out": return "\(block)mlp.down_proj.\(name.kind)"
    case "ln1": return "\(block)input_layernorm.\(name.kind)"
    case "ln1_post": return "\(block)post_attention_layernorm.\(name.kind)"
    case "ln2_post": return "\(block)post_feedforward_layernorm.\(name.kind)"
    // This name means the norm before the MLP or, if there is one after attention, that norm.
    default: return "\(block)\(spec.hasPostNorms ? "pre_feedforward" : "post_attention")_layernorm.\(name.kind)"
    }
  }
}
