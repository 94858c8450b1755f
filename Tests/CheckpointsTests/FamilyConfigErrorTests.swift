import Checkpoints
import Testing

/// Every way in which a config can be wrong for its family, and the message about it.
@Suite struct FamilyConfigErrorTests {
  private static let decoders = [
    "llama", "mistral", "qwen2", "qwen3", "gemma2", "gemma3_text", "olmo2", "phi3", "gpt_neox",
  ]

  private func message(_ base: [String: String], _ changes: [String: String?]) -> String? {
    do {
      _ = try ConfigFixtures.spec(base, changes)
      return nil
    } catch {
      return (error as? CheckpointError)?.message
    }
  }

  @Test func everyKeyThatIsNeededIsMissed() {
    var bases = Self.decoders.map(ConfigFixtures.decoder)
    bases += [ConfigFixtures.gpt2, ConfigFixtures.patchbay]
    for base in bases {
      #expect(message(base, [:]) == nil)
      for key in base.keys {
        #expect(message(base, [key: nil]) == "config.json: no key '\(key)'", "\(base)")
        // Null counts as absent.
        #expect(message(base, [key: "null"]) == "config.json: no key '\(key)'", "\(base)")
      }
    }
  }

  private static let sizes = ["0", "-1", "1.5", "\"8\"", "[8]", "true"]

  @Test func sizesAreWholeNumbersAbove0() {
    let shown = ["0", "-1", "1.5", "'8'", "an array", "true"]
    for (base, keys) in [
      (ConfigFixtures.gpt2, ["n_embd", "n_head", "n_layer", "vocab_size", "n_positions", "n_inner"]),
      (
        ConfigFixtures.decoder("llama"),
        [
          "hidden_size", "num_attention_heads", "num_hidden_layers", "intermediate_size", "vocab_size", "head_dim",
          "num_key_value_heads", "max_position_embeddings",
        ]
      ),
      (ConfigFixtures.decoder("gpt_neox"), ["hidden_size", "num_attention_heads", "max_position_embeddings"]),
      (ConfigFixtures.patchbay, ["d_model", "n_heads", "vocab_size", "n_ctx", "d_head", "n_key_value_heads"]),
    ] {
      for key in keys {
        for (value, text) in zip(Self.sizes, shown) {
          #expect(
            message(base, [key: value]) == "config.json: '\(key)' is \(text), expected a whole number of 1 or more",
            "\(key)")
        }
      }
    }
    #expect(
      message(ConfigFixtures.patchbay, ["n_layers": "-1"])
        == "config.json: 'n_layers' is -1, expected a whole number of 0 or more")
    #expect(message(ConfigFixtures.patchbay, ["n_layers": "0", "d_mlp": "0"]) == nil)
  }

  /// The graph is built before any weight is read: two thousand million layers would take all memory, and the product
  /// of three such sizes overflows `Int`.
  @Test func sizesThatNoModelHasAreRefusedAtOnce() {
    for (base, key, most) in [
      (ConfigFixtures.gpt2, "n_layer", 4096), (ConfigFixtures.decoder("llama"), "num_hidden_layers", 4096),
      (ConfigFixtures.decoder("gpt_neox"), "num_hidden_layers", 4096), (ConfigFixtures.patchbay, "n_layers", 4096),
      (ConfigFixtures.gpt2, "vocab_size", 1 << 24), (ConfigFixtures.decoder("qwen3"), "head_dim", 1 << 24),
      (["model_type": #""impala_policy""#], "observation_size", 1 << 12),
      (["model_type": #""impala_policy""#], "scale", 1 << 10),
    ] as [([String: String], String, Int)] {
      for value in [most + 1, 2_147_483_647, 3_000_000_000] {
        #expect(message(base, [key: "\(value)"]) == "config.json: '\(key)' is \(value), expected at most \(most)")
      }
    }
    // A limit on prompts takes no memory, and some configs have a large one.
    #expect(message(ConfigFixtures.decoder("llama"), ["max_position_embeddings": "1048576000"]) == nil)
  }

  private static let invalid: [(base: [String: String], changes: [String: String?], rest: String)] = [
    (ConfigFixtures.gpt2, ["n_head": "3"], "'n_head' is 3, expected a number that divides n_embd = 8"),
    (ConfigFixtures.gpt2, ["scale_attn_weights": "false"], "'scale_attn_weights' is false, expected true"),
    (
      ConfigFixtures.gpt2, ["scale_attn_by_inverse_layer_idx": "true"],
      "'scale_attn_by_inverse_layer_idx' is true, expected false"
    ),
    (
      ConfigFixtures.gpt2, ["activation_function": #""mish""#],
      "'activation_function' is 'mish', expected relu, gelu, gelu_new, gelu_pytorch_tanh or silu"
    ),
    (ConfigFixtures.gpt2, ["activation_function": "1"], "'activation_function' is 1, expected a word in quotes"),
    (ConfigFixtures.gpt2, ["layer_norm_epsilon": #""small""#], "'layer_norm_epsilon' is 'small', expected a number"),
    (ConfigFixtures.gpt2, ["layer_norm_epsilon": "1e39"], "'layer_norm_epsilon' is 1e+39, expected a number"),
    (ConfigFixtures.gpt2, ["tie_word_embeddings": "1"], "'tie_word_embeddings' is 1, expected true or false"),
    (
      ConfigFixtures.decoder("llama"), ["num_key_value_heads": "3", "num_attention_heads": "4"],
      "'num_key_value_heads' is 3, expected a number that divides num_attention_heads = 4"
    ),
    (
      ConfigFixtures.decoder("llama"), ["num_attention_heads": "3"],
      "'num_attention_heads' is 3, expected a number that divides hidden_size = 8"
    ),
    (
      ConfigFixtures.decoder("llama"), ["head_dim": "3"],
      "'head_dim' is 3, expected an even number of rotated features"
    ),
    (
      ConfigFixtures.decoder("llama"), ["rope_scaling": #"{"rope_type": "longrope", "factor": 2}"#],
      "'rope_scaling.rope_type' is 'longrope', expected default, linear, dynamic, llama3 or yarn"
    ),
    (
      ConfigFixtures.decoder("llama"), ["rope_scaling": #"{"type": "mrope", "factor": 2}"#],
      "'rope_scaling.type' is 'mrope', expected default, linear, dynamic, llama3 or yarn"
    ),
    (
      ConfigFixtures.decoder("llama"), ["rope_scaling": #"{"type": "dynamic", "factor": 0}"#],
      "'rope_scaling.factor' is 0, expected a number above 0"
    ),
    (
      ConfigFixtures.decoder("llama"),
      ["rope_scaling": #"{"type": "yarn", "factor": 2, "beta_fast": -1, "original_max_position_embeddings": 8}"#],
      "'rope_scaling.beta_fast' is -1, expected a number above 0"
    ),
    (ConfigFixtures.decoder("llama"), ["rope_scaling": "3"], "'rope_scaling' is 3, expected an object"),
    (
      ConfigFixtures.decoder("llama"), ["rope_scaling": #"{"type": "linear", "factor": 0}"#],
      "'rope_scaling.factor' is 0, expected a number above 0"
    ),
    (ConfigFixtures.decoder("llama"), ["rope_theta": "-1"], "'rope_theta' is -1, expected a number above 0"),
    (
      ConfigFixtures.decoder("llama"),
      [
        "rope_parameters":
          #"{"rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 4, "original_max_position_embeddings": 64}"#
      ], "'rope_parameters.high_freq_factor' is 4, expected a number above low_freq_factor"
    ),
    (
      ConfigFixtures.decoder("mistral"), ["sliding_window": "4", "layer_types": #"["full_attention"]"#],
      "'layer_types' is an array, expected 'full_attention' or 'sliding_attention' for each of 3 layers"
    ),
    (
      ConfigFixtures.decoder("mistral"), ["sliding_window": "4", "layer_types": #"["a", "a", "a"]"#],
      "'layer_types' is an array, expected 'full_attention' or 'sliding_attention' for each of 3 layers"
    ),
    (
      ConfigFixtures.decoder("qwen2"), ["sliding_window": "4", "layer_types": "[1, 2, 3]"],
      "'layer_types' is an array, expected a list of words"
    ),
    (
      ConfigFixtures.decoder("gemma2"), ["query_pre_attn_scalar": "0"],
      "'query_pre_attn_scalar' is 0, expected a number above 0"
    ),
    (
      ConfigFixtures.decoder("gemma2"), ["final_logit_softcapping": "-3"],
      "'final_logit_softcapping' is -3, expected a number above 0, or null"
    ),
    (
      ConfigFixtures.decoder("gpt_neox"), ["num_attention_heads": "3"],
      "'num_attention_heads' is 3, expected a number that divides hidden_size = 16"
    ),
    (ConfigFixtures.decoder("gpt_neox"), ["rotary_pct": "1.5"], "'rotary_pct' is 1.5, expected a number from 0 to 1"),
    (
      ConfigFixtures.decoder("gpt_neox"), ["rotary_pct": "1", "hidden_size": "14"],
      "'rotary_pct' is 1, expected an even number of rotated features"
    ),
    // A key that says nothing is missed by its name, not by a value.
    (
      ConfigFixtures.decoder("llama"), ["hidden_size": "6"],
      "'head_dim' is not written, expected an even number of rotated features"
    ),
    (
      ConfigFixtures.decoder("llama"), ["hidden_size": "6", "head_dim": "null"],
      "'head_dim' is null, expected an even number of rotated features"
    ),
    // `rope_scaling` takes precedence.
    (
      ConfigFixtures.decoder("qwen2"),
      ["rope_parameters": #"{"rope_type": "default"}"#, "rope_scaling": #"{"type": "proportional", "factor": 4}"#],
      "'rope_scaling.type' is 'proportional', expected default, linear, dynamic, llama3 or yarn"
    ),
    (
      ConfigFixtures.decoder("llama"), ["rope_parameters": #"{"full_attention": {"rope_theta": 5}}"#],
      "'rope_parameters.full_attention' is an object, expected one set of keys for all layers, which this family rotates alike"
    ),
    (
      ConfigFixtures.decoder("gemma2"),
      ["rope_parameters": #"{"sliding_attention": null, "full_attention": {"rope_theta": 5}}"#],
      "'rope_parameters.sliding_attention' is null, expected one set of keys for all layers, which this family rotates alike"
    ),
    (
      ConfigFixtures.decoder("llama"),
      ["partial_rotary_factor": "0.5", "rope_scaling": #"{"type": "linear", "factor": 4}"#],
      "'partial_rotary_factor' is 0.5, expected 1, as 'linear' positions of this family rotate whole heads"
    ),
    (
      ConfigFixtures.decoder("qwen3"),
      ["layer_types": #"["full_attention", "sliding_attention", "full_attention"]"#],
      "'use_sliding_window' is not written, expected true, as 'layer_types' has sliding attention"
    ),
    (
      ConfigFixtures.decoder("gemma2"),
      [
        "sliding_window": "null", "layer_types": #"["full_attention", "sliding_attention", "full_attention"]"#,
      ], "'sliding_window' is null, expected a window, as 'layer_types' has sliding attention"
    ),
    (
      ConfigFixtures.decoder("gemma3_text"), ["use_bidirectional_attention": "true"],
      "'use_bidirectional_attention' is true, expected false: bidirectional attention is not supported"
    ),
    (
      ConfigFixtures.decoder("gemma3_text"), ["rope_parameters": #"{"rope_theta": 5}"#],
      "'rope_parameters.rope_theta' is 5, expected keys under 'full_attention' and 'sliding_attention', which Gemma 3 rotates differently"
    ),
    (
      ConfigFixtures.decoder("gemma3_text"), ["sliding_window_pattern": "0"],
      "'sliding_window_pattern' is 0, expected a whole number of 1 or more"
    ),
    (
      ["model_type": #""gemma3""#, "text_config": #"{"rope_scaling": {"rope_type": "longrope"}}"#], [:],
      "'text_config.rope_scaling.rope_type' is 'longrope', expected default, linear, dynamic, llama3 or yarn"
    ),
    (
      ConfigFixtures.decoder("phi3"),
      ["rope_scaling": #"{"type": "longrope", "short_factor": [1], "long_factor": [1]}"#],
      "'rope_scaling.short_factor' is an array, expected 2 numbers above 0"
    ),
    (
      ConfigFixtures.decoder("phi3"), ["rope_scaling": #"{"type": "linear", "factor": 2}"#],
      "'rope_scaling.type' is 'linear', expected default or longrope"
    ),
    (
      ConfigFixtures.decoder("phi3"), ["partial_rotary_factor": "1.5"],
      "'partial_rotary_factor' is 1.5, expected a fraction of a head's 4 features, up to 1"
    ),
    (ConfigFixtures.patchbay, ["norm": #""batch""#], "'norm' is 'batch', expected none, layer, rms"),
    (ConfigFixtures.patchbay, ["positions": #""alibi""#], "'positions' is 'alibi', expected none, learned, rotary"),
    (
      ConfigFixtures.patchbay, ["n_key_value_heads": "3"],
      "'n_key_value_heads' is 3, expected a number that divides n_heads = 2"
    ),
    (
      ConfigFixtures.patchbay, ["n_heads": "3"],
      "'n_heads' is 3, expected a number that divides d_model = 8, or give d_head"
    ),
    (
      ConfigFixtures.patchbay, ["positions": #""rotary""#, "rotary_dims": "6"],
      "'rotary_dims' is 6, expected at most d_head = 4"
    ),
    (
      ConfigFixtures.patchbay, ["positions": #""rotary""#, "rotary_dims": "3"],
      "'rotary_dims' is 3, expected an even number of rotated features"
    ),
    (
      ConfigFixtures.patchbay, ["positions": #""rotary""#, "d_head": "3"],
      "'d_head' is 3, expected an even number of rotated features"
    ),
    (ConfigFixtures.patchbay, ["causal": #""yes""#], "'causal' is 'yes', expected true or false"),
    (ConfigFixtures.patchbay, ["n_layer": "2"], "unknown key 'n_layer' (did you mean 'n_layers'?)"),
    (
      ConfigFixtures.patchbay, ["atention_bias": "true"], "unknown key 'atention_bias' (did you mean 'attention_bias'?)"
    ),
  ]

  @Test func everyInvalidValueIsNamed() {
    for (base, changes, rest) in Self.invalid {
      #expect(message(base, changes) == "config.json: \(rest)")
    }
  }

  @Test func whatScalingsOfRotaryPositionsNeed() {
    for key in ["factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"] {
      let all = [
        "factor": "8", "low_freq_factor": "1", "high_freq_factor": "4", "original_max_position_embeddings": "64",
      ].filter { $0.key != key }
      let section = all.map { "\"\($0.key)\": \($0.value)" } + [#""rope_type": "llama3""#]
      #expect(
        message(ConfigFixtures.decoder("llama"), ["rope_scaling": "{\(section.joined(separator: ", "))}"])
          == "config.json: no key 'rope_scaling.\(key)'")
    }
    #expect(
      message(ConfigFixtures.decoder("llama"), ["rope_scaling": #"{"type": "linear"}"#])
        == "config.json: no key 'rope_scaling.factor'")
  }

  @Test func anUnsupportedModelTypeIsToldWhatIsSupported() {
    #expect(
      message(ConfigFixtures.decoder("bert"), [:])
        == "config.json: model_type 'bert' is not supported; supported: gpt2, llama, mistral, qwen2, gpt_neox, qwen3, gemma2, "
        + "gemma3_text, gemma3, olmo2, phi3, gpt_neo, gptj, opt, falcon, patchbay, impala_policy")
    #expect(
      message(ConfigFixtures.gpt2, ["model_type": "7"]) == "config.json: 'model_type' is 7, expected a word in quotes")
  }
}
