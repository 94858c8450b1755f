import ModelGraph

/// GPT-NeoX and Pythia: LayerNorm, rotary positions on part of each head, attention and MLP in parallel, queries, keys
/// and values fused head by head.
public enum GPTNeoXFamily: ModelFamily {
  public static let modelTypes = ["gpt_neox"]

  public static func spec(_ config: Config) throws -> TransformerSpec {
    let dModel = try config.size("hidden_size")
    let heads = try config.size("num_attention_heads")
    guard dModel % heads == 0 else {
      throw config.invalid("num_attention_heads", "a number that divides hidden_size = \(dModel)")
    }
    let dHead = dModel / heads
    let older = try config.double("rotary_pct", default: 0.25)
    let share = try config.rotarySection()?.double("partial_rotary_factor", default: older) ?? older
    guard share >= 0, share <= 1 else { throw config.invalid("rotary_pct", "a number from 0 to 1") }
    let rotated = Int(Double(dHead) * share)
    var spec = TransformerSpec(
      family: "gpt_neox", layers: try config.layers("num_hidden_layers"), heads: heads, keyValueHeads: heads,
      dModel: dModel, dHead: dHead, dMlp: try config.size("intermediate_size"),
      vocabulary: try config.size("vocab_size"),
      context: try config.size("max_position_embeddings", default: 2048, most: Int(Int32.max)),
      norm: .init(kind: .layer, epsilon: try config.number("layer_norm_eps", default: 1e-5), hasBias: true),
      activation: try config.activation("hidden_act", default: .gelu),
      positions: .rotary(
        try config.rotary(
          dimensions: rotated, of: dHead, thetaKey: "rotary_emb_base", dimensionsKey: "rotary_pct")))
    spec.isParallel = try config.flag("use_parallel_residual", default: true)
    spec.hasQueryKeyValueBias = try config.flag("attention_bias", default: true)
    spec.hasOutputBias = spec.hasQueryKeyValueBias
    spec.hasMlpBias = true
    spec.tiesEmbeddings = try config.flag("tie_word_embeddings", default: false)
    return spec
  }

  public static func source(of weight: String, spec: TransformerSpec, stored: Set<String>) -> WeightSource {
    let prefix = stored.contains("embed_in.weight") ? "" : "gpt_neox."
    switch weight {
    case "embed.weight": return .whole("\(prefix)embed_in.weight")
    case "unembed.weight": return .whole("embed_out.weight")
    case "ln_final.weight": return .whole("\(prefix)final_layer_norm.weight")
    case "ln_final.bias": return .whole("\(prefix)final_layer_norm.bias")
    default: break
    }
    let name = BlockWeight(weight)
    let block = "\(prefix)layers.\(name.layer)."
    let fused = "\(block)attention.query_key_value.\(name.kind)"
    // Each head's query, key and value in turn.
    func fusedRows(_ part: Int) -> WeightSource {
      .groupedRows(fused, part * spec.dHead..<(part + 1) * spec.dHead, of: 3 * spec.dHead, groups: spec.heads)
    }
    switch name.part {
    case "attn.q": return fusedRows(0)
    case "attn.k": return fusedRows(1)
    case "attn.v": return fusedRows(2)
    case "attn.o": return .whole("\(block)attention.dense.\(name.kind)")
    case "mlp.in": return .whole("\(block)mlp.dense_h_to_4h.\(name.kind)")
    case "mlp.out": return .whole("\(block)mlp.dense_4h_to_h.\(name.kind)")
    case "ln1": return .whole("\(block)input_layernorm.\(name.kind)")
    default: return .whole("\(block)post_attention_layernorm.\(name.kind)")
    }
  }
}
