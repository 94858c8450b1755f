import ModelGraph

/// Gemma-2: norms before and after each part (gains stored less 1), soft-capped scores and logits, every other layer sees a sliding window only,
/// embeddings multiplied by sqrt(dModel).
public enum Gemma2Family: ModelFamily {
  public static let modelTypes = ["gemma2"]

  public static func spec(_ config: Config) throws -> TransformerSpec {
    var spec = try LlamaFamily.rotaryDecoder(config, family: "gemma2", tied: true, dHead: 256, activation: .geluNew)
    spec.norm.gainOffset = 1
    spec.hasPostNorms = true
    spec.embeddingScale = Float(spec.dModel).squareRoot()
    let scalar = try config.number("query_pre_attn_scalar", default: 256)
    guard scalar > 0 else { throw config.invalid("query_pre_attn_scalar", "a number above 0") }
    spec.attentionScale = 1 / scalar.squareRoot()
    spec.attentionSoftCap = try cap(config, "attn_logit_softcapping", usual: 50)
    spec.logitSoftCap = try cap(config, "final_logit_softcapping", usual: 30)
    spec.hasQueryKeyValueBias = try config.flag("attention_bias", default: false)
    spec.hasOutputBias = spec.hasQueryKeyValueBias
    spec.windows = try LlamaFamily.windows(config, type: "gemma2", layers: spec.layers)
    return spec
  }

  public static func source(of weight: String, spec: TransformerSpec, stored: Set<String>) -> WeightSource {
    guard weight.hasPrefix("blocks.") else { return .whole(LlamaFamily.storedName(weight, stored: stored)) }
    let name = BlockWeight(weight)
    let prefix = stored.contains("model.embed_tokens.weight") ? "model." : ""
    let block = "\(prefix)layers.\(name.layer)."
    switch name.part {
    case "ln1_post": return .whole("\(block)post_attention_layernorm.\(name.kind)")
    case "ln2": return .whole("\(block)pre_feedforward_layernorm.\(name.kind)")
    case "ln2_post": return .whole("\(block)post_feedforward_layernorm.\(name.kind)")
    default: return .whole(LlamaFamily.storedName(weight, stored: stored))
    }
  }

  /// A cap: the usual one where the key is not written, none where it is null.
  private static func cap(_ config: Config, _ key: String, usual: Float) throws -> Float? {
    if config.lacks(key) { return usual }
    guard config.has(key) else { return nil }
    let cap = try config.number(key)
    guard cap > 0 else { throw config.invalid(key, "a number above 0, or null") }
    return cap
  }
}
