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
    for type in ["mistral", "qwen2", "qwen3", "gemma2"] {
      #expect(try windows(type, ["sliding_window": "4", "layer_types": types]) == [nil, 4, nil], "\(type)")
    }
  }

  private func frequencies(_ section: String, key: String) throws -> [Float] {
    let spec = try ConfigFixtures.spec(
      ConfigFixtures.decoder("llama"), ["hidden_size": "64", key: section, "rope_theta": "10000"])
    guard case .rotary(let rotary) = spec.positions else { return [] }
    return rotary.inverseFrequencies
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
