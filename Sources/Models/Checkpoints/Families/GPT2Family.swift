import ModelGraph

/// GPT-2 (Radford et al. 2019): learned positions, LayerNorm, tied embeddings, matrices stored [inputs, outputs], fused
/// queries, keys and values.
public enum GPT2Family: ModelFamily {
  public static let modelTypes = ["gpt2"]

  public static func spec(_ config: Config) throws -> TransformerSpec {
    let dModel = try config.size("n_embd")
    let heads = try config.size("n_head")
    guard dModel % heads == 0 else { throw config.invalid("n_head", "a number that divides n_embd = \(dModel)") }
    guard try config.flag("scale_attn_weights", default: true) else {
      throw config.invalid("scale_attn_weights", "true")
    }
    guard try !config.flag("scale_attn_by_inverse_layer_idx", default: false) else {
      throw config.invalid("scale_attn_by_inverse_layer_idx", "false")
    }
    let context = try config.size("n_positions", default: config.size("n_ctx", default: 1024))
    var spec = TransformerSpec(
      family: "gpt2", layers: try config.layers("n_layer"), heads: heads, keyValueHeads: heads, dModel: dModel,
      dHead: dModel / heads, dMlp: try config.size("n_inner", default: 4 * dModel),
      vocabulary: try config.size("vocab_size"), context: context,
      norm: .init(kind: .layer, epsilon: try config.number("layer_norm_epsilon", default: 1e-5), hasBias: true),
      activation: try config.activation("activation_function", default: .geluNew), positions: .learned)
    spec.hasQueryKeyValueBias = true
    spec.hasOutputBias = true
    spec.hasMlpBias = true
    spec.tiesEmbeddings = try config.flag("tie_word_embeddings", default: true)
    spec.orientation = .inputsByOutputs
    return spec
  }

  public static func source(of weight: String, spec: TransformerSpec, stored: Set<String>) -> WeightSource {
    // Published with and without the prefix.
    let prefix = stored.contains("transformer.wte.weight") ? "transformer." : ""
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
    let width = spec.dModel
    switch name.part {
    case "attn.q": return .columns("\(block)attn.c_attn.\(name.kind)", 0..<width, total: 3 * width)
    case "attn.k": return .columns("\(block)attn.c_attn.\(name.kind)", width..<2 * width, total: 3 * width)
    case "attn.v": return .columns("\(block)attn.c_attn.\(name.kind)", 2 * width..<3 * width, total: 3 * width)
    case "attn.o": return .whole("\(block)attn.c_proj.\(name.kind)")
    case "mlp.in": return .whole("\(block)mlp.c_fc.\(name.kind)")
    case "mlp.out": return .whole("\(block)mlp.c_proj.\(name.kind)")
    case "ln1": return .whole("\(block)ln_1.\(name.kind)")
    default: return .whole("\(block)ln_2.\(name.kind)")
    }
  }
}
