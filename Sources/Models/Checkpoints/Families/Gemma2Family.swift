import ModelGraph

/// Gemma 2: norms before and after each part (with gain - 1 stored), soft-capped scores and logits, a sliding window in
/// every other layer, embeddings multiplied by sqrt(dModel).
public enum Gemma2Family: ModelFamily {
  public static let modelTypes = ["gemma2"]

  public static func spec(_ config: Config) throws -> TransformerSpec {
    var spec = try LlamaFamily.rotaryDecoder(config, family: "gemma2", usual)
    try addWhatGemmasShare(to: &spec, config)
    spec.attentionSoftCap = try cap(config, "attn_logit_softcapping", usual: 50)
    spec.logitSoftCap = try cap(config, "final_logit_softcapping", usual: 30)
    spec.windows = try LlamaFamily.windows(config, layers: spec.layers) { $0 % 2 == 0 }
    return spec
  }

  public static func source(of weight: String, spec: TransformerSpec, stored: Set<String>) -> WeightSource {
    .whole(LlamaFamily.storedName(weight, spec: spec, stored: stored))
  }

  /// The defaults of Gemma 2 and 3.
  static let usual = LlamaFamily.Usual(
    tied: true, activation: .geluNew, activationKey: "hidden_activation", context: 8192, dHead: 256)

  /// The norms, scales and biases of Gemma 2 and 3.
  static func addWhatGemmasShare(to spec: inout TransformerSpec, _ config: Config) throws {
    spec.norm.gainOffset = 1
    spec.hasPostNorms = true
    spec.embeddingScale = Float(spec.dModel).squareRoot()
    spec.attentionScale = 1 / (try config.positive("query_pre_attn_scalar", default: 256)).squareRoot()
    spec.hasQueryKeyValueBias = try config.flag("attention_bias", default: false)
    spec.hasOutputBias = spec.hasQueryKeyValueBias
    guard try !config.flag("use_bidirectional_attention", default: false) else {
      throw config.invalid("use_bidirectional_attention", "false: bidirectional attention is not supported")
    }
  }

  /// A cap: the default if the key is absent, none if it is null.
  static func cap(_ config: Config, _ key: String, usual: Float?) throws -> Float? {
    if config.lacks(key) { return usual }
    guard config.has(key) else { return nil }
    let cap = try config.number(key)
    guard cap > 0 else { throw config.invalid(key, "a number above 0, or null") }
    return cap
  }
}
