import ModelGraph

/// OLMo 2: LLaMA with norms after attention and the MLP instead of before them, one norm over the queries of all heads
/// and one over their keys.
public enum OLMo2Family: ModelFamily {
  public static let modelTypes = ["olmo2"]

  public static func spec(_ config: Config) throws -> TransformerSpec {
    var spec = try LlamaFamily.rotaryDecoder(config, family: "olmo2", .init(epsilon: 1e-5))
    spec.hasPreNorms = false
    spec.hasPostNorms = true
    spec.normalizesQueriesAndKeys = true
    spec.normalizesAcrossHeads = true
    spec.hasQueryKeyValueBias = try config.flag("attention_bias", default: false)
    spec.hasOutputBias = spec.hasQueryKeyValueBias
    return spec
  }

  public static func source(of weight: String, spec: TransformerSpec, stored: Set<String>) -> WeightSource {
    .whole(LlamaFamily.storedName(weight, spec: spec, stored: stored))
  }
}
