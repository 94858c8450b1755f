import Checkpoints
import ModelGraph
import Testing

/// The spec from each family's config.
@Suite struct FamilySpecTests {
  @Test func gpt2() throws {
    let spec = try ConfigFixtures.spec(ConfigFixtures.gpt2)
    #expect(spec.family == "gpt2" && spec.layers == 3 && spec.heads == 2 && spec.keyValueHeads == 2)
    #expect(spec.dModel == 8 && spec.dHead == 4 && spec.dMlp == 32 && spec.vocabulary == 11 && spec.context == 1024)
    #expect(spec.norm == .init(kind: .layer, epsilon: 1e-5, hasBias: true))
    #expect(spec.activation == .geluNew && spec.positions == .learned && spec.orientation == .inputsByOutputs)
    #expect(spec.hasQueryKeyValueBias && spec.hasOutputBias && spec.hasMlpBias && spec.tiesEmbeddings && spec.isCausal)
    let other = try ConfigFixtures.spec(
      ConfigFixtures.gpt2,
      ["n_ctx": "64", "n_inner": "7", "activation_function": #""relu""#, "tie_word_embeddings": "false"])
    #expect(other.context == 64 && other.dMlp == 7 && other.activation == .relu && !other.tiesEmbeddings)
    #expect(try ConfigFixtures.spec(ConfigFixtures.gpt2, ["n_positions": "32", "n_ctx": "64"]).context == 32)
    #expect(try ConfigFixtures.spec(ConfigFixtures.gpt2, ["n_inner": "null"]).dMlp == 32)
  }

  @Test(arguments: ["llama", "mistral", "qwen2", "qwen3", "gemma2"])
  func rotaryDecoders(type: String) throws {
    let spec = try ConfigFixtures.spec(
      ConfigFixtures.decoder(type),
      ["num_attention_heads": "4", "num_key_value_heads": "2", "head_dim": "6", "rms_norm_eps": "0.01"])
    #expect(spec.family == type && spec.heads == 4 && spec.keyValueHeads == 2 && spec.dHead == 6 && spec.dMlp == 12)
    #expect(spec.norm.kind == .rms && spec.norm.epsilon == 0.01 && !spec.norm.hasBias)
    #expect(spec.activation == (type == "gemma2" ? .geluNew : .silu) && spec.isGated && !spec.isParallel)
    #expect(spec.positions == .rotary(RotarySpec(dimensions: 6, theta: 10000)))
    #expect(spec.hasQueryKeyValueBias == (type == "qwen2") && !spec.hasOutputBias && !spec.hasMlpBias)
    #expect(spec.normalizesQueriesAndKeys == (type == "qwen3"))
    let isGemma = type == "gemma2"
    #expect(spec.hasPostNorms == isGemma && spec.norm.gainOffset == (isGemma ? 1 : 0) && spec.tiesEmbeddings == isGemma)
    #expect(spec.embeddingScale == (isGemma ? Float(8).squareRoot() : nil))
    let (scale, attentionCap, logitCap): (Float?, Float?, Float?) = isGemma ? (1 / 16, 50, 30) : (nil, nil, nil)
    #expect(spec.attentionScale == scale)
    #expect(spec.attentionSoftCap == attentionCap)
    #expect(spec.logitSoftCap == logitCap)
    let windows: [Int?] = (0..<spec.layers).map { type == "mistral" || (isGemma && $0 % 2 == 0) ? 4096 : nil }
    let expectedWindows: [Int?] = type == "mistral" || isGemma ? windows : []
    #expect(spec.windows == expectedWindows)
    let plain = try ConfigFixtures.spec(ConfigFixtures.decoder(type), ["tie_word_embeddings": "true"])
    let dHead = ["qwen3": 128, "gemma2": 256][type] ?? 4
    #expect(plain.keyValueHeads == 2 && plain.dHead == dHead && plain.tiesEmbeddings)
    let unlimited = try ConfigFixtures.spec(
      ConfigFixtures.decoder(type),
      ["sliding_window": "null", "attn_logit_softcapping": "null", "final_logit_softcapping": "null"])
    #expect(unlimited.windows.isEmpty && unlimited.attentionSoftCap == nil && unlimited.logitSoftCap == nil)
  }

  @Test func biasesOfLlamaAndQwen3() throws {
    let llama = try ConfigFixtures.spec(
      ConfigFixtures.decoder("llama"), ["attention_bias": "true", "mlp_bias": "true"])
    #expect(llama.hasQueryKeyValueBias && llama.hasOutputBias && llama.hasMlpBias)
    let qwen3 = try ConfigFixtures.spec(ConfigFixtures.decoder("qwen3"), ["attention_bias": "true"])
    #expect(qwen3.hasQueryKeyValueBias && qwen3.hasOutputBias && !qwen3.hasMlpBias)
  }

  @Test func capsAndScaleOfGemma2() throws {
    let spec = try ConfigFixtures.spec(
      ConfigFixtures.decoder("gemma2"),
      [
        "attn_logit_softcapping": "50.0", "final_logit_softcapping": "30", "query_pre_attn_scalar": "16",
        "hidden_act": #""relu""#, "hidden_activation": #""gelu_pytorch_tanh""#,
      ])
    #expect(spec.attentionSoftCap == 50 && spec.logitSoftCap == 30 && spec.attentionScale == 0.25)
    #expect(spec.activation == .geluNew)
  }

  @Test func gptNeoX() throws {
    let base = ConfigFixtures.decoder("gpt_neox")
    let spec = try ConfigFixtures.spec(base)
    // A quarter of each head's 8 features.
    #expect(spec.positions == .rotary(RotarySpec(dimensions: 2, theta: 10000)))
    #expect(
      spec.isParallel && spec.activation == .gelu && spec.norm == .init(kind: .layer, epsilon: 1e-5, hasBias: true))
    #expect(spec.hasQueryKeyValueBias && spec.hasOutputBias && spec.hasMlpBias && !spec.tiesEmbeddings)
    let other = try ConfigFixtures.spec(
      base,
      [
        "rotary_pct": "1", "rotary_emb_base": "500", "use_parallel_residual": "false", "attention_bias": "false",
        "hidden_act": #""gelu_new""#,
      ])
    #expect(other.positions == .rotary(RotarySpec(dimensions: 8, theta: 500)))
    #expect(!other.isParallel && !other.hasQueryKeyValueBias && !other.hasOutputBias && other.hasMlpBias)
    // 29 hundredths of 100 are 28.999999999999996 in double precision, as in Python.
    let share = try ConfigFixtures.spec(base, ["hidden_size": "200", "rotary_pct": "0.29"])
    #expect(share.positions == .rotary(RotarySpec(dimensions: 28, theta: 10000)))
    let newer = try ConfigFixtures.spec(
      base, ["rope_parameters": #"{"rope_type": "default", "rope_theta": 300, "partial_rotary_factor": 0.5}"#])
    #expect(newer.positions == .rotary(RotarySpec(dimensions: 4, theta: 300)))
  }

  @Test func patchbayFlags() throws {
    let plain = try ConfigFixtures.spec(ConfigFixtures.patchbay)
    #expect(plain.family == "patchbay" && plain.dHead == 4 && plain.dMlp == 32 && plain.context == 16)
    #expect(plain.norm == .init(kind: .layer, epsilon: 1e-5, hasBias: true))
    #expect(plain.activation == .geluNew && !plain.isGated && plain.positions == .learned && plain.isCausal)
    #expect(plain.hasQueryKeyValueBias && plain.hasOutputBias && plain.hasMlpBias && !plain.hasUnembeddingBias)
    #expect(plain.tiesEmbeddings && !plain.isParallel && plain.attentionScale == nil)
    #expect(plain.orientation == .outputsByInputs)
    let other = try ConfigFixtures.spec(
      ConfigFixtures.patchbay,
      [
        "n_key_value_heads": "1", "d_head": "6", "d_mlp": "0", "norm": #""rms""#, "norm_eps": "0.5",
        "norm_bias": "true",
        "activation": #""relu""#, "gated": "true", "positions": #""rotary""#, "rope_theta": "50", "rotary_dims": "4",
        "attention_bias": "false", "mlp_bias": "false", "unembed_bias": "true", "causal": "false",
        "tie_word_embeddings": "false", "parallel": "true", "attention_scale": "0.25", "bos_token_id": "0",
        "eos_token_id": "1", "architectures": "[]", "description": #""all flags""#,
      ])
    #expect(other.keyValueHeads == 1 && other.dHead == 6 && other.dMlp == 0)
    #expect(other.norm == .init(kind: .rms, epsilon: 0.5, hasBias: true))
    #expect(other.activation == .relu && other.isGated && !other.isCausal && other.isParallel)
    #expect(other.positions == .rotary(RotarySpec(dimensions: 4, theta: 50)))
    #expect(!other.hasQueryKeyValueBias && !other.hasOutputBias && !other.hasMlpBias && other.hasUnembeddingBias)
    #expect(!other.tiesEmbeddings && other.attentionScale == 0.25)
    let bare = try ConfigFixtures.spec(
      ConfigFixtures.patchbay, ["norm": #""none""#, "positions": #""none""#, "n_ctx": nil])
    #expect(bare.norm.kind == nil && bare.positions == .none && bare.context == nil)
    #expect(try !ConfigFixtures.spec(ConfigFixtures.patchbay, ["norm": #""rms""#]).norm.hasBias)
  }

  @Test func windows() throws {
    func windows(_ type: String, _ changes: [String: String?]) throws -> [Int?] {
      try ConfigFixtures.spec(ConfigFixtures.decoder(type), changes).windows
    }
    #expect(try windows("mistral", ["sliding_window": "4"]) == [4, 4, 4])
    #expect(try windows("mistral", ["sliding_window": "null"]) == [])
    #expect(try windows("gemma2", ["sliding_window": "4"]) == [4, nil, 4])
    #expect(try windows("llama", ["sliding_window": "4"]) == [])
    for type in ["qwen2", "qwen3"] {
      #expect(try windows(type, ["sliding_window": "4"]) == [])
      #expect(
        try windows(type, ["sliding_window": "4", "use_sliding_window": "false", "max_window_layers": "1"]) == [])
      let used: [String: String?] = ["sliding_window": "4", "use_sliding_window": "true"]
      #expect(try windows(type, used) == [nil, nil, nil])
      #expect(try windows(type, used.merging(["max_window_layers": "1"]) { $1 }) == [nil, 4, 4])
      #expect(try windows(type, used.merging(["max_window_layers": "0"]) { $1 }) == [4, 4, 4])
      #expect(try windows(type, used.merging(["max_window_layers": "9"]) { $1 }) == [nil, nil, nil])
    }
    let types = #"["full_attention", "sliding_attention", "full_attention"]"#
    for type in ["mistral", "qwen2", "qwen3", "gemma2", "gemma3_text"] {
      let changes = ["sliding_window": "4", "use_sliding_window": "true", "layer_types": types]
      #expect(try windows(type, changes) == [nil, 4, nil], "\(type)")
    }
    // transformers' LLaMA, OLMo 2 and Phi-3 ignore `layer_types`; only Phi-3 has a window, and in all layers.
    for (type, expected) in [("llama", []), ("olmo2", []), ("phi3", [4, 4, 4])] as [(String, [Int?])] {
      #expect(try windows(type, ["sliding_window": "4", "layer_types": types]) == expected, "\(type)")
    }
    #expect(try windows("phi3", [:]) == [])
    #expect(try windows("gemma3_text", ["sliding_window": "4", "sliding_window_pattern": "2"]) == [4, nil, 4])
    #expect(try windows("gemma3_text", [:]) == [4096, 4096, 4096])
  }

  @Test func gemma3() throws {
    let base = ConfigFixtures.decoder("gemma3_text")
    let spec = try ConfigFixtures.spec(
      base, ["head_dim": "4", "num_key_value_heads": "1", "query_pre_attn_scalar": "16", "sliding_window_pattern": "3"])
    #expect(spec.family == "gemma3_text" && spec.hasPreNorms && spec.hasPostNorms && spec.norm.gainOffset == 1)
    #expect(spec.normalizesQueriesAndKeys && !spec.normalizesAcrossHeads && spec.isGated && spec.tiesEmbeddings)
    #expect(spec.embeddingScale == Float(8).squareRoot() && spec.attentionScale == 0.25)
    #expect(spec.attentionSoftCap == nil && spec.logitSoftCap == nil && spec.context == 131_072)
    let (global, local) = (RotarySpec(dimensions: 4, theta: 1_000_000), RotarySpec(dimensions: 4, theta: 10000))
    #expect(spec.layerRotations == [local, local, global] && spec.windows == [4096, 4096, nil])
    // Scores are not capped whatever the key says: transformers ignores it.
    let capped = try ConfigFixtures.spec(base, ["attn_logit_softcapping": "5", "final_logit_softcapping": "6"])
    #expect(capped.attentionSoftCap == nil && capped.logitSoftCap == 6)
    // Older and newer spelling; the global rotation is scaled.
    let linear = RotarySpec(
      dimensions: 4, inverseFrequencies: RotarySpec(dimensions: 4, theta: 50).inverseFrequencies.map { $0 / 8 })
    let types = #"["full_attention", "sliding_attention", "full_attention"]"#
    let expected = [linear, RotarySpec(dimensions: 4, theta: 30), linear]
    for changes in [
      [
        "rope_theta": "50", "rope_local_base_freq": "30", "rope_scaling": #"{"rope_type": "linear", "factor": 8}"#,
      ],
      [
        "rope_parameters":
          #"{"full_attention": {"rope_type": "linear", "factor": 8, "rope_theta": 50}, "sliding_attention": {"rope_theta": 30}}"#
      ],
      [
        "rope_parameters": #"{"full_attention": {"rope_theta": 50}, "sliding_attention": {"rope_theta": 30}}"#,
        "rope_scaling": #"{"rope_type": "linear", "factor": 8}"#,
      ],
    ] {
      let found = try ConfigFixtures.spec(base, changes.merging(["head_dim": "4", "layer_types": types]) { $1 })
      #expect(found.layerRotations == expected, "\(changes)")
    }
    // With pictures: the text's own keys, as few as are published, and no cap.
    let pictured = try ConfigFixtures.spec(
      ["model_type": #""gemma3""#],
      ["text_config": #"{"hidden_size": 64, "num_hidden_layers": 2, "final_logit_softcapping": 6}"#])
    #expect(pictured.family == "gemma3" && pictured.heads == 8 && pictured.keyValueHeads == 4 && pictured.dHead == 256)
    #expect(pictured.dModel == 64 && pictured.vocabulary == 262_208 && pictured.dMlp == 9216)
    #expect(pictured.logitSoftCap == nil && pictured.tiesEmbeddings && pictured.layerRotations.count == 2)
  }

  @Test func olmo2() throws {
    let spec = try ConfigFixtures.spec(ConfigFixtures.decoder("olmo2"), ["attention_bias": "true"])
    #expect(!spec.hasPreNorms && spec.hasPostNorms && spec.normalizesQueriesAndKeys && spec.normalizesAcrossHeads)
    #expect(
      spec.norm == .init(kind: .rms, epsilon: 1e-5) && spec.isGated && !spec.tiesEmbeddings && spec.windows.isEmpty)
    #expect(spec.hasQueryKeyValueBias && spec.hasOutputBias && !spec.hasMlpBias)
    let plain = try ConfigFixtures.spec(ConfigFixtures.decoder("olmo2"))
    #expect(!plain.hasQueryKeyValueBias && plain.positions == .rotary(RotarySpec(dimensions: 4, theta: 10000)))
  }

  @Test func phi3() throws {
    let base = ConfigFixtures.decoder("phi3").merging(["hidden_size": "16"]) { $1 }
    let spec = try ConfigFixtures.spec(base)
    #expect(spec.norm == .init(kind: .rms, epsilon: 1e-5) && spec.isGated && spec.hasPreNorms && !spec.hasPostNorms)
    #expect(spec.context == 4096 && !spec.hasQueryKeyValueBias && !spec.tiesEmbeddings)
    #expect(spec.positions == .rotary(RotarySpec(dimensions: 8, theta: 10000)))
    let half = RotarySpec(dimensions: 4, theta: 50)
    for changes in [
      ["partial_rotary_factor": "0.5", "rope_theta": "50"],
      ["rope_parameters": #"{"rope_type": "default", "partial_rotary_factor": 0.5, "rope_theta": 50}"#],
    ] { #expect(try ConfigFixtures.spec(base, changes).positions == .rotary(half)) }
    // Three of eight features: the fourth turns with the second, by a frequency of three.
    guard case .rotary(let odd) = try ConfigFixtures.spec(base, ["partial_rotary_factor": "0.4"]).positions else {
      return
    }
    #expect(odd.dimensions == 4 && abs(odd.inverseFrequencies[1] - 0.00215443) < 1e-7)
  }

  /// If two keys mean the same, the one that transformers 5 reads counts.
  @Test func keysThatALibraryPassesOver() throws {
    func positions(_ type: String, _ changes: [String: String?]) throws -> TransformerSpec.Positions {
      try ConfigFixtures.spec(ConfigFixtures.decoder(type), changes).positions
    }
    let half = RotarySpec(
      dimensions: 4, inverseFrequencies: RotarySpec(dimensions: 4, theta: 50).inverseFrequencies.map { $0 / 2 })
    let scaling = #"{"rope_type": "linear", "factor": 2, "rope_theta": 50}"#
    for beside in ["null", "{}", #"{"rope_type": "default", "rope_theta": 7}"#] {
      #expect(
        try positions("llama", ["rope_scaling": scaling, "rope_parameters": beside]) == .rotary(half), "\(beside)")
    }
    // The base in the ignored section is ignored, too.
    let elsewhere = ["rope_scaling": #"{"type": "default"}"#, "rope_parameters": #"{"rope_theta": 7}"#]
    #expect(try positions("llama", elsewhere) == .rotary(RotarySpec(dimensions: 4, theta: 10000)))
    #expect(
      try positions("llama", ["rope_scaling": "{}", "rope_parameters": #"{"rope_theta": 7}"#])
        == .rotary(RotarySpec(dimensions: 4, theta: 7)))
    #expect(
      try positions("llama", ["partial_rotary_factor": "0.5"]) == .rotary(RotarySpec(dimensions: 4, theta: 10000)))
    // One family, one key of nonlinearities.
    let both: [String: String?] = ["hidden_act": #""relu""#, "hidden_activation": #""gelu""#]
    for (type, expected) in [
      ("llama", .relu), ("qwen3", .relu), ("olmo2", .relu), ("gemma2", .gelu), ("gemma3_text", .gelu),
    ]
      as [(String, ActivationFunction)]
    {
      #expect(try ConfigFixtures.spec(ConfigFixtures.decoder(type), both).activation == expected, "\(type)")
    }
    #expect(
      try ConfigFixtures.spec(ConfigFixtures.decoder("gemma2"), ["hidden_act": #""silu""#]).activation == .geluNew)
  }

  private func frequencies(_ section: String, key: String) throws -> [Float] {
    let spec = try ConfigFixtures.spec(
      ConfigFixtures.decoder("llama"), ["hidden_size": "64", key: section, "rope_theta": "10000"])
    guard case .rotary(let rotary) = spec.positions else { return [] }
    return rotary.inverseFrequencies
  }

  /// The reference numbers are `ROPE_INIT_FUNCTIONS[type](config, "cpu")` of transformers 5.24 with torch 2.13.
  @Test func yarnAndLongContextsOfPhi3AgreeWithTransformers() throws {
    let usual: [Float] = [
      1, 0.562341332, 0.316227764, 0.158774942, 0.0785714313, 0.0381588712, 0.0180701576, 0.00825629756, 0.00357142836,
      0.00140585331, 0.000790569466, 0.000444569858, 0.000250000012, 0.000140585325, 7.90569466e-05, 4.44569851e-05,
    ]
    let adjusted: [Float] = [
      1, 0.562341332, 0.316227764, 0.170414031, 0.0716084614, 0.0266471431, 0.00732499827, 0.00222284929, 0.00124999997,
      0.000702926656, 0.000395284733, 0.000222284929, 0.000125000006, 7.02926627e-05, 3.95284733e-05, 2.22284925e-05,
    ]
    let long: [Float] = [
      1, 0.287479758, 0.0666666701, 0.0158113893, 0.00333333341, 0.00105409266, 0.00033333333, 0.000105409257,
    ]
    let first = #"{"rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 1024}"#
    // The default factor is the context divided by the original one.
    let shorter = #"{"type": "yarn", "original_max_position_embeddings": 1024}"#
    let second =
      #"{"rope_type": "yarn", "factor": 8, "original_max_position_embeddings": 512, "beta_fast": 16, "beta_slow": 2, "truncate": false, "mscale": 1, "mscale_all_dim": 0.5}"#
    let short =
      #"{"type": "longrope", "short_factor": [1, 1.1, 1.5, 2, 3, 3, 3, 3], "long_factor": [2, 2, 2, 2, 2, 2, 2, 2]}"#
    for (type, width, section, expected, amplitude, context) in [
      ("llama", 64, first, usual, 1.13862944, 4096), ("qwen2", 64, shorter, usual, 1.13862944, 4096),
      ("llama", 64, second, adjusted, 1.09417999, 4096),
      ("phi3", 32, short, long, 1.09544512, 1024),
    ] as [(String, Int, String, [Float], Float, Int)] {
      let spec = try ConfigFixtures.spec(
        ConfigFixtures.decoder(type),
        [
          "hidden_size": "\(width)", "rope_scaling": section, "max_position_embeddings": "4096",
          "original_max_position_embeddings": "1024",
        ])
      guard case .rotary(let found) = spec.positions else { throw CheckpointError.fileNotFound("rotary positions") }
      #expect(found.inverseFrequencies.count == expected.count && spec.context == context)
      #expect(abs(found.amplitude - amplitude) < 1e-6, "\(type): \(found.amplitude)")
      for (a, b) in zip(found.inverseFrequencies, expected) {
        #expect(abs(a - b) <= 3e-6 * b, "\(type): \(a), not \(b)")
      }
    }
    // Within the context of the config, dynamic scaling changes nothing.
    #expect(
      try ConfigFixtures.spec(ConfigFixtures.decoder("llama"), ["rope_scaling": #"{"type": "dynamic", "factor": 4}"#])
        .positions == .rotary(RotarySpec(dimensions: 4, theta: 10000)))
  }

  /// The reference numbers are `ROPE_INIT_FUNCTIONS[type](config, "cpu")` of transformers 5.23 with torch 2.13,
  /// head_dim 32.
  @Test(arguments: ["rope_scaling", "rope_parameters"])
  func scaledRotaryFrequenciesAgreeWithTransformers(key: String) throws {
    let llama3: [Float] = [
      1, 0.440366626, 0.193922758, 0.0853971019, 0.0376060307, 0.0165604409, 0.00729266508, 0.00321144611,
      0.000524846022,
      7.78465546e-05, 3.42810235e-05, 1.50962178e-05, 6.64786967e-06, 2.92749974e-06, 1.28917316e-06, 5.6770881e-07,
    ]
    let linear: [Float] = [
      0.25, 0.140585333, 0.079056941, 0.0444569848, 0.0250000004, 0.0140585322, 0.00790569466, 0.00444569858,
      0.00249999994, 0.00140585331, 0.000790569466, 0.000444569858, 0.000250000012, 0.000140585325, 7.90569466e-05,
      4.44569851e-05,
    ]
    let sections = [
      (
        llama3,
        #"{"rope_type": "llama3", "rope_theta": 500000, "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4, "original_max_position_embeddings": 8192}"#
      ),
      (linear, #"{"rope_type": "linear", "factor": 4}"#), (linear, #"{"type": "linear", "factor": 4.0}"#),
    ]
    for (expected, section) in sections {
      let found = try frequencies(section, key: key)
      #expect(found.count == expected.count)
      // torch computes the power in 32 bits, this project in 64: the last place or two may differ.
      for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-6 * b, "\(a), not \(b)") }
    }
  }
}
