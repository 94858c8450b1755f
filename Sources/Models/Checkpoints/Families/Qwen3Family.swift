import ModelGraph

/// Qwen3: LLaMA with an RMS norm over each head's query and key before rotation, and no biases by default.
public enum Qwen3Family: ModelFamily {
  public static let modelTypes = ["qwen3"]

  public static func spec(_ config: Config) throws -> TransformerSpec {
    var spec = try LlamaFamily.rotaryDecoder(config, family: "qwen3", .init(context: 32768, dHead: 128))
    spec.normalizesQueriesAndKeys = true
    spec.hasQueryKeyValueBias = try config.flag("attention_bias", default: false)
    spec.hasOutputBias = spec.hasQueryKeyValueBias
    spec.windows = try LlamaFamily.lateWindows(config, layers: spec.layers)
    return spec
  }

  public static func source(of weight: String, spec: TransformerSpec, stored: Set<String>) -> WeightSource {
    .whole(LlamaFamily.storedName(weight, spec: spec, stored: stored))
  }
}
