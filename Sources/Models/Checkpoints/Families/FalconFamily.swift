import ModelGraph

/// Falcon (Almazrouei et al. 2023) with rotary positions: attention and MLP in parallel after one norm (7B) or two
/// (40B, 180B), or in sequence; keys and values for one head, a few heads or all heads; queries, keys and values fused
/// group by group.
public enum FalconFamily: ModelFamily {
  public static let modelTypes = ["falcon"]

  public static func spec(_ config: Config) throws -> TransformerSpec {
    guard try !config.flag("alibi", default: false) else {
      throw config.invalid("alibi", "false: models with ALiBi positions are not supported")
    }
    let dModel = try config.size("hidden_size")
    let heads = try config.size("num_attention_heads")
    guard dModel % heads == 0 else {
      throw config.invalid("num_attention_heads", "a number that divides hidden_size = \(dModel)")
    }
    let dHead = dModel / heads
    let isNew = try config.flag("new_decoder_architecture", default: false)
    var spec = TransformerSpec(
      family: "falcon", layers: try config.layers("num_hidden_layers"), heads: heads,
      keyValueHeads: try keyValueHeads(config, heads: heads, isNew: isNew), dModel: dModel, dHead: dHead,
      dMlp: try config.size("ffn_hidden_size", default: 4 * dModel), vocabulary: try config.size("vocab_size"),
      context: try config.size("max_position_embeddings", default: 2048, most: Int(Int32.max)),
      norm: .init(kind: .layer, epsilon: try config.number("layer_norm_epsilon", default: 1e-5), hasBias: true),
      activation: try config.activation("activation", default: .gelu),
      positions: .rotary(try config.rotary(dimensions: dHead, dimensionsKey: "num_attention_heads")))
    spec.isParallel = try config.flag("parallel_attn", default: true)
    // The library does not implement these.
    guard spec.isParallel || !isNew else {
      throw config.invalid("parallel_attn", "true, as new_decoder_architecture is true")
    }
    let norms = try config.size("num_ln_in_parallel_attn", default: isNew ? 2 : 1)
    guard norms == 1 || (norms == 2 && isNew) else {
      throw config.invalid("num_ln_in_parallel_attn", isNew ? "1 or 2" : "1, as new_decoder_architecture is false")
    }
    spec.sharesBlockNorm = spec.isParallel && norms == 1
    spec.hasQueryKeyValueBias = try config.flag("bias", default: false)
    spec.hasOutputBias = spec.hasQueryKeyValueBias
    spec.hasMlpBias = spec.hasQueryKeyValueBias
    spec.tiesEmbeddings = try config.flag("tie_word_embeddings", default: true)
    return spec
  }

  private static func keyValueHeads(_ config: Config, heads: Int, isNew: Bool) throws -> Int {
    // The newer architecture ignores `multi_query`; older ones ignore `num_kv_heads` if `multi_query` is set.
    if try !isNew && config.flag("multi_query", default: true) { return 1 }
    let count = try config.size("num_kv_heads", default: heads)
    guard isNew ? heads % count == 0 : count == heads else {
      throw config.invalid(
        "num_kv_heads",
        isNew ? "a number that divides num_attention_heads = \(heads)" : "\(heads), as multi_query is false")
    }
    return count
  }

  public static func source(of weight: String, spec: TransformerSpec, stored: Set<String>) -> WeightSource {
    let prefix = stored.contains("word_embeddings.weight") ? "" : "transformer."
    switch weight {
    case "embed.weight": return .whole("\(prefix)word_embeddings.weight")
    case "unembed.weight": return .whole("lm_head.weight")
    case "ln_final.weight": return .whole("\(prefix)ln_f.weight")
    case "ln_final.bias": return .whole("\(prefix)ln_f.bias")
    default: break
    }
    let name = BlockWeight(weight)
    let block = "\(prefix)h.\(name.layer)."
    // For each key-value head: the queries that read it, its key and its value.
    let queries = spec.heads / spec.keyValueHeads
    func fused(_ heads: Range<Int>) -> WeightSource {
      .groupedRows(
        "\(block)self_attention.query_key_value.\(name.kind)",
        heads.lowerBound * spec.dHead..<heads.upperBound * spec.dHead, of: (queries + 2) * spec.dHead,
        groups: spec.keyValueHeads)
    }
    switch name.part {
    case "attn.q": return fused(0..<queries)
    case "attn.k": return fused(queries..<queries + 1)
    case "attn.v": return fused(queries + 1..<queries + 2)
    case "attn.o": return .whole("\(block)self_attention.dense.\(name.kind)")
    case "mlp.in": return .whole("\(block)mlp.dense_h_to_4h.\(name.kind)")
    case "mlp.out": return .whole("\(block)mlp.dense_4h_to_h.\(name.kind)")
    default: return .whole("\(block)\(normName(name.part, spec)).\(name.kind)")
    }
  }

  private static func normName(_ part: String, _ spec: TransformerSpec) -> String {
    if spec.isParallel, !spec.sharesBlockNorm { return part == "ln1" ? "ln_attn" : "ln_mlp" }
    return part == "ln1" || spec.sharesBlockNorm ? "input_layernorm" : "post_attention_layernorm"
  }
}
