import Diagnostics
import ModelGraph

/// GPT-Neo (Black et al. 2021): GPT-2 with unscaled query-key products, windows in every other layer, and no biases on
/// queries, keys and values.
public enum GPTNeoFamily: ModelFamily {
  public static let modelTypes = ["gpt_neo"]

  public static func spec(_ config: Config) throws -> TransformerSpec {
    let dModel = try config.size("hidden_size")
    let heads = try config.size("num_heads")
    guard dModel % heads == 0 else {
      throw config.invalid("num_heads", "a number that divides hidden_size = \(dModel)")
    }
    var spec = TransformerSpec(
      family: "gpt_neo", layers: try config.layers("num_layers"), heads: heads, keyValueHeads: heads, dModel: dModel,
      dHead: dModel / heads, dMlp: try config.size("intermediate_size", default: 4 * dModel),
      vocabulary: try config.size("vocab_size"), context: try config.size("max_position_embeddings", default: 2048),
      norm: .init(kind: .layer, epsilon: try config.number("layer_norm_epsilon", default: 1e-5), hasBias: true),
      activation: try config.activation("activation_function", default: .geluNew), positions: .learned)
    spec.attentionScale = 1
    spec.windows = try windows(config, layers: spec.layers)
    spec.hasOutputBias = true
    spec.hasMlpBias = true
    spec.tiesEmbeddings = try config.flag("tie_word_embeddings", default: true)
    return spec
  }

  /// `attention_types` is a list of [[names], repetitions]: [[["global", "local"], 12]] is a global and a local layer,
  /// twelve times.
  private static func windows(_ config: Config, layers: Int) throws -> [Int?] {
    let key = "attention_types"
    func wrong() -> CheckpointError {
      config.invalid(key, "[[[\"global\", \"local\"], \(max(1, layers / 2))]] or the like, for \(layers) layers in all")
    }
    // The library's default if the key is absent.
    guard let items = try config.list(key) else {
      guard layers == 24 else { throw wrong() }
      return try windows(config, (0..<24).map { $0 % 2 == 0 ? "global" : "local" })
    }
    var names: [String] = []
    for item in items {
      guard let pair = item.arrayValue, pair.count == 2, let count = pair[1].integerValue, (0...layers).contains(count),
        let own = pair[0].arrayValue?.compactMap(\.stringValue), own.count == pair[0].arrayValue?.count,
        names.count + own.count * count <= layers
      else { throw wrong() }
      for _ in 0..<count { names += own }
    }
    guard names.count == layers, Set(names).isSubset(of: ["global", "local"]) else { throw wrong() }
    return try windows(config, names)
  }

  private static func windows(_ config: Config, _ names: [String]) throws -> [Int?] {
    let window = try config.size("window_size", default: 256, most: Int(Int32.max))
    return names.map { $0 == "local" ? window : nil }
  }

  public static func source(of weight: String, spec: TransformerSpec, stored: Set<String>) -> WeightSource {
    let prefix = stored.contains("wte.weight") ? "" : "transformer."
    switch weight {
    case "embed.weight": return .whole("\(prefix)wte.weight")
    case "pos_embed.weight": return .whole("\(prefix)wpe.weight")
    case "unembed.weight": return .whole("lm_head.weight")
    case "ln_final.weight": return .whole("\(prefix)ln_f.weight")
    case "ln_final.bias": return .whole("\(prefix)ln_f.bias")
    default: break
    }
    let name = BlockWeight(weight)
    let block = "\(prefix)h.\(name.layer)."
    switch name.part {
    case "attn.q": return .whole("\(block)attn.attention.q_proj.\(name.kind)")
    case "attn.k": return .whole("\(block)attn.attention.k_proj.\(name.kind)")
    case "attn.v": return .whole("\(block)attn.attention.v_proj.\(name.kind)")
    case "attn.o": return .whole("\(block)attn.attention.out_proj.\(name.kind)")
    case "mlp.in": return .whole("\(block)mlp.c_fc.\(name.kind)")
    case "mlp.out": return .whole("\(block)mlp.c_proj.\(name.kind)")
    case "ln1": return .whole("\(block)ln_1.\(name.kind)")
    default: return .whole("\(block)ln_2.\(name.kind)")
    }
  }
}
