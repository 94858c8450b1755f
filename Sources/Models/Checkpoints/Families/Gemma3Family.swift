import ModelGraph

/// Gemma 3's text models: Gemma 2 with norms of queries and keys instead of capped scores. Most layers have a window
/// and rotate with one base; every sixth layer sees everything and rotates with another.
///
/// `gemma3` also takes pictures: only its `text_config` and the weights of its text model are read.
public enum Gemma3Family: ModelFamily {
  public static let modelTypes = ["gemma3_text", "gemma3"]

  public static func spec(_ config: Config) throws -> TransformerSpec {
    let type = try config.string("model_type")
    guard type == "gemma3" else { return try spec(text: config, family: type) }
    guard let text = try config.section("text_config") else {
      throw CheckpointError.missingConfigKey(key: "text_config", file: config.file)
    }
    var spec = try spec(text: text, family: type)
    spec.tiesEmbeddings = try config.flag("tie_word_embeddings", default: true)
    // The library caps the logits only of the text models.
    spec.logitSoftCap = nil
    return spec
  }

  public static func source(of weight: String, spec: TransformerSpec, stored: Set<String>) -> WeightSource {
    let prefixes = ["model.", "language_model.model.", "model.language_model."]
    let name = LlamaFamily.storedName(weight, spec: spec, stored: stored, prefixes: prefixes)
    let older = "language_model.\(name)"
    return .whole(name == "lm_head.weight" && stored.contains(older) ? older : name)
  }

  private static func spec(text config: Config, family: String) throws -> TransformerSpec {
    var usual = Gemma2Family.usual
    usual.context = 131_072
    if family == "gemma3" {
      // Published with few keys; the others have the library's defaults.
      usual.sizes = [
        "hidden_size": 2304, "num_attention_heads": 8, "num_key_value_heads": 4, "num_hidden_layers": 26,
        "intermediate_size": 9216, "vocab_size": 262_208,
      ]
    }
    var spec = try LlamaFamily.decoder(config, family: family, usual)
    try Gemma2Family.addWhatGemmasShare(to: &spec, config)
    spec.normalizesQueriesAndKeys = true
    spec.logitSoftCap = try Gemma2Family.cap(config, "final_logit_softcapping", usual: nil)
    let pattern = try config.size("sliding_window_pattern", default: 6)
    spec.windows = try LlamaFamily.windows(config, layers: spec.layers) { ($0 + 1) % pattern != 0 }
    let slides = try LlamaFamily.layerTypes(config, layers: spec.layers) ?? (1...spec.layers).map { $0 % pattern != 0 }
    let (global, local) = try rotations(config, dHead: spec.dHead)
    spec.positions = .rotary(global)
    if global != local { spec.layerRotations = slides.map { $0 ? local : global } }
    return spec
  }

  /// The rotations of layers that see everything and of those with a window: each has a section in `rope_parameters`,
  /// or keys of older configs.
  private static func rotations(_ config: Config, dHead: Int) throws -> (global: RotarySpec, local: RotarySpec) {
    let parameters = try config.section("rope_parameters")
    let kinds = ["full_attention", "sliding_attention"]
    if let key = parameters?.keys.first(where: { !kinds.contains($0) }) {
      throw parameters?.invalid(
        key, "keys under 'full_attention' and 'sliding_attention', which Gemma 3 rotates differently")
        ?? config.invalid("rope_parameters", "an object")
    }
    func rotation(_ kind: String, _ thetaKey: String, _ theta: Float, _ scaling: Config?) throws -> RotarySpec {
      let own = try parameters?.section(kind)
      let section = scaling.map { own?.overlaid(by: $0) ?? $0 } ?? own ?? Config.empty(file: config.file)
      return try config.rotary(dimensions: dHead, thetaKey: thetaKey, theta: theta, section: section)
    }
    return (
      try rotation("full_attention", "rope_theta", 1_000_000, try config.section("rope_scaling")),
      try rotation("sliding_attention", "rope_local_base_freq", 10000, nil)
    )
  }
}
