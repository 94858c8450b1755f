import ModelGraph

/// GPT-J (Wang and Komatsuzaki 2021): attention and MLP in parallel after one norm, rotary positions on adjacent
/// features of the first part of each head, biases only in the MLP and the unembedding.
public enum GPTJFamily: ModelFamily {
  public static let modelTypes = ["gptj"]

  public static func spec(_ config: Config) throws -> TransformerSpec {
    let dModel = try config.size("n_embd")
    let heads = try config.size("n_head")
    guard dModel % heads == 0 else { throw config.invalid("n_head", "a number that divides n_embd = \(dModel)") }
    let dHead = dModel / heads
    let rotated = try config.size("rotary_dim", default: 64)
    guard rotated <= dHead, rotated % 2 == 0 else {
      throw config.invalid("rotary_dim", "an even number, at most n_embd / n_head = \(dHead)")
    }
    var spec = TransformerSpec(
      family: "gptj", layers: try config.layers("n_layer"), heads: heads, keyValueHeads: heads, dModel: dModel,
      dHead: dHead, dMlp: try config.size("n_inner", default: 4 * dModel),
      vocabulary: try config.size("vocab_size"),
      context: try config.size("n_positions", default: 2048, most: Int(Int32.max)),
      norm: .init(kind: .layer, epsilon: try config.number("layer_norm_epsilon", default: 1e-5), hasBias: true),
      activation: try config.activation("activation_function", default: .geluNew),
      positions: .rotary(RotarySpec(dimensions: rotated, theta: 10000, adjacentPairs: true)))
    spec.isParallel = true
    spec.sharesBlockNorm = true
    spec.hasMlpBias = true
    spec.hasUnembeddingBias = true
    spec.tiesEmbeddings = try config.flag("tie_word_embeddings", default: false)
    return spec
  }

  public static func source(of weight: String, spec: TransformerSpec, stored: Set<String>) -> WeightSource {
    let prefix = stored.contains("wte.weight") ? "" : "transformer."
    switch weight {
    case "embed.weight": return .whole("\(prefix)wte.weight")
    case "unembed.weight": return .whole("lm_head.weight")
    case "unembed.bias": return .whole("lm_head.bias")
    case "ln_final.weight": return .whole("\(prefix)ln_f.weight")
    case "ln_final.bias": return .whole("\(prefix)ln_f.bias")
    default: break
    }
    let name = BlockWeight(weight)
    let block = "\(prefix)h.\(name.layer)."
    switch name.part {
    case "attn.q": return .whole("\(block)attn.q_proj.\(name.kind)")
    case "attn.k": return .whole("\(block)attn.k_proj.\(name.kind)")
    case "attn.v": return .whole("\(block)attn.v_proj.\(name.kind)")
    case "attn.o": return .whole("\(block)attn.out_proj.\(name.kind)")
    case "mlp.in": return .whole("\(block)mlp.fc_in.\(name.kind)")
    case "mlp.out": return .whole("\(block)mlp.fc_out.\(name.kind)")
    // ln1 and ln2 are the same.
    default: return .whole("\(block)ln_1.\(name.kind)")
    }
  }
}
