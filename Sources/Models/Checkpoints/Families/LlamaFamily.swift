import ModelGraph

/// LLaMA (Touvron et al. 2023) and those that differ from it in flags: Mistral and Qwen2. RMSNorm, rotary positions, gated MLP, grouped
/// keys and values.
public enum LlamaFamily: ModelFamily {
  public static let modelTypes = ["llama", "mistral", "qwen2"]

  public static func spec(_ config: Config) throws -> TransformerSpec {
    let type = try config.string("model_type")
    var spec = try rotaryDecoder(config, family: type)
    switch type {
    case "qwen2": spec.hasQueryKeyValueBias = true
    case "llama":
      spec.hasQueryKeyValueBias = try config.flag("attention_bias", default: false)
      spec.hasOutputBias = spec.hasQueryKeyValueBias
      spec.hasMlpBias = try config.flag("mlp_bias", default: false)
    default: break
    }
    spec.windows = try windows(config, type: type, layers: spec.layers)
    return spec
  }

  public static func source(of weight: String, spec: TransformerSpec, stored: Set<String>) -> WeightSource {
    .whole(storedName(weight, stored: stored))
  }

  /// What LLaMA, Qwen3 and Gemma-2 configs have in common.
  /// - Parameters:
  ///   - tied, dHead, activation: what the family takes where the key is not written; nil: dModel over heads.
  static func rotaryDecoder(
    _ config: Config, family: String, tied: Bool = false, dHead usualHead: Int? = nil,
    activation: ActivationFunction = .silu
  ) throws -> TransformerSpec {
    let dModel = try config.size("hidden_size")
    let heads = try config.size("num_attention_heads")
    let keyValueHeads = try config.size("num_key_value_heads", default: heads)
    guard heads % keyValueHeads == 0 else {
      throw config.invalid("num_key_value_heads", "a number that divides num_attention_heads = \(heads)")
    }
    if !config.has("head_dim"), usualHead == nil, dModel % heads != 0 {
      throw config.invalid("num_attention_heads", "a number that divides hidden_size = \(dModel)")
    }
    let dHead = try config.size("head_dim", default: usualHead ?? dModel / heads)
    var spec = TransformerSpec(
      family: family, layers: try config.layers("num_hidden_layers"), heads: heads, keyValueHeads: keyValueHeads,
      dModel: dModel, dHead: dHead, dMlp: try config.size("intermediate_size"),
      vocabulary: try config.size("vocab_size"),
      context: try config.size("max_position_embeddings", default: 2048, most: Int(Int32.max)),
      norm: .init(kind: .rms, epsilon: try config.number("rms_norm_eps", default: 1e-6)),
      activation: try config.activation(
        config.has("hidden_activation") ? "hidden_activation" : "hidden_act", default: activation),
      positions: .rotary(try config.rotary(dimensions: dHead)))
    spec.isGated = true
    spec.tiesEmbeddings = try config.flag("tie_word_embeddings", default: tied)
    return spec
  }

  /// Each layer's window: `layer_types` where the config has it, else the family's own rule.
  static func windows(_ config: Config, type: String, layers: Int) throws -> [Int?] {
    // What the library takes where the key is not written; null says that there is no window.
    let usual = ["mistral": 4096, "gemma2": 4096, "qwen2": 4096, "qwen3": 4096][type]
    guard config.has("sliding_window") || (config.lacks("sliding_window") && usual != nil) else { return [] }
    let window = try config.size("sliding_window", default: usual, most: Int(Int32.max))
    if let types = try config.strings("layer_types") {
      guard types.count == layers, Set(types).isSubset(of: ["sliding_attention", "full_attention"]) else {
        throw config.invalid("layer_types", "'full_attention' or 'sliding_attention' for each of \(layers) layers")
      }
      return types.map { $0 == "sliding_attention" ? window : nil }
    }
    switch type {
    case "mistral": return [Int?](repeating: window, count: layers)
    case "gemma2": return (0..<layers).map { $0 % 2 == 0 ? window : nil }
    case "qwen2", "qwen3":
      guard try config.flag("use_sliding_window", default: false) else { return [] }
      let full = try config.size("max_window_layers", default: 28, least: 0, most: Int(Int32.max))
      return (0..<layers).map { $0 >= full ? window : nil }
    default: return []
    }
  }

  /// The Hugging Face name of a weight in the layout that LLaMA set.
  static func storedName(_ weight: String, stored: Set<String>) -> String {
    let prefix = stored.contains("model.embed_tokens.weight") ? "model." : ""
    switch weight {
    case "embed.weight": return "\(prefix)embed_tokens.weight"
    case "unembed.weight": return "lm_head.weight"
    case "ln_final.weight": return "\(prefix)norm.weight"
    default: break
    }
    let name = BlockWeight(weight)
    let block = "\(prefix)layers.\(name.layer)."
    switch name.part {
    case "attn.q", "attn.k", "attn.v", "attn.o": return "\(block)self_\(name.part)_proj.\(name.kind)"
    case "attn.q_norm", "attn.k_norm": return "\(block)self_\(name.part).\(name.kind)"
    case "mlp.gate": return "\(block)mlp.gate_proj.\(name.kind)"
    case "mlp.in": return "\(block)mlp.up_proj.\(name.kind)"
    case "mlp.out": return "\(block)mlp.down_proj.\(name.kind)"
    case "ln1": return "\(block)input_layernorm.\(name.kind)"
    default: return "\(block)post_attention_layernorm.\(name.kind)"
    }
  }
}
