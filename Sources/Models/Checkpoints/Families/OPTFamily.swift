import ModelGraph

/// OPT (Zhang et al. 2022): learned positions, ReLU; norms before each part or, in OPT-350M, of the stream after each
/// part, with embeddings narrower than the stream.
public enum OPTFamily: ModelFamily {
  public static let modelTypes = ["opt"]

  /// The table of positions starts with two rows that are never used.
  private static let positionOffset = 2

  public static func spec(_ config: Config) throws -> TransformerSpec {
    let dModel = try config.size("hidden_size")
    let heads = try config.size("num_attention_heads")
    guard dModel % heads == 0 else {
      throw config.invalid("num_attention_heads", "a number that divides hidden_size = \(dModel)")
    }
    let hasAffineNorms = try config.flag("layer_norm_elementwise_affine", default: true)
    var spec = TransformerSpec(
      family: "opt", layers: try config.layers("num_hidden_layers"), heads: heads, keyValueHeads: heads,
      dModel: dModel, dHead: dModel / heads, dMlp: try config.size("ffn_dim"),
      vocabulary: try config.size("vocab_size"), context: try config.size("max_position_embeddings", default: 2048),
      norm: .init(kind: .layer, epsilon: 1e-5, hasBias: hasAffineNorms),
      activation: try config.activation("activation_function", default: .relu), positions: .learned)
    spec.norm.hasGain = hasAffineNorms
    spec.normalizesStream = try !config.flag("do_layer_norm_before", default: true)
    spec.hasPreNorms = !spec.normalizesStream
    spec.hasFinalNorm = try !spec.normalizesStream && !config.flag("_remove_final_layer_norm", default: false)
    spec.hasQueryKeyValueBias = try config.flag("enable_bias", default: true)
    spec.hasOutputBias = spec.hasQueryKeyValueBias
    spec.hasMlpBias = spec.hasQueryKeyValueBias
    spec.tiesEmbeddings = try config.flag("tie_word_embeddings", default: true)
    let width = try config.size("word_embed_proj_dim", default: dModel)
    // The products are computed when the model is loaded.
    guard width == dModel || spec.vocabulary * dModel <= 1 << 30 else {
      throw config.invalid("word_embed_proj_dim", "hidden_size, or a vocabulary of at most 2^30 / hidden_size tokens")
    }
    spec.embeddingWidth = width == dModel ? nil : width
    return spec
  }

  public static func source(of weight: String, spec: TransformerSpec, stored: Set<String>) -> WeightSource {
    let prefix = stored.contains("decoder.embed_tokens.weight") ? "decoder." : "model.decoder."
    switch weight {
    case "embed.weight":
      let table = "\(prefix)embed_tokens.weight"
      guard let inner = spec.embeddingWidth else { return .whole(table) }
      return .product(table, by: "\(prefix)project_in.weight", inner: inner, transposed: true)
    case "unembed.weight":
      guard let inner = spec.embeddingWidth else { return .whole("lm_head.weight") }
      let isTied = spec.tiesEmbeddings && !stored.contains("lm_head.weight")
      return .product(
        isTied ? "\(prefix)embed_tokens.weight" : "lm_head.weight", by: "\(prefix)project_out.weight", inner: inner,
        transposed: false)
    case "pos_embed.weight":
      let rows = (spec.context ?? 0) + positionOffset
      return .rows("\(prefix)embed_positions.weight", positionOffset..<rows, total: rows)
    case "ln_final.weight", "ln_final.bias":
      return weight.hasSuffix(".weight") && !spec.norm.hasGain
        ? .ones : .whole("\(prefix)final_layer_norm.\(weight.hasSuffix(".weight") ? "weight" : "bias")")
    default: break
    }
    let name = BlockWeight(weight)
    let block = "\(prefix)layers.\(name.layer)."
    switch name.part {
    case "attn.q", "attn.k", "attn.v": return .whole("\(block)self_\(name.part)_proj.\(name.kind)")
    case "attn.o": return .whole("\(block)self_attn.out_proj.\(name.kind)")
    case "mlp.in": return .whole("\(block)fc1.\(name.kind)")
    case "mlp.out": return .whole("\(block)fc2.\(name.kind)")
    case _ where !spec.norm.hasGain: return .ones
    case "ln1": return .whole("\(block)self_attn_layer_norm.\(name.kind)")
    default: return .whole("\(block)final_layer_norm.\(name.kind)")
    }
  }
}
