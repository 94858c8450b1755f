import Checkpoints
import ModelGraph
import TestSupport
import Testing

/// The specs from configs of GPT-Neo, GPT-J, OPT and Falcon, and the errors.
@Suite struct SingleFamilyTests {
  private func message(_ base: [String: String], _ changes: [String: String?]) -> String? {
    let error = #expect(throws: CheckpointError.self) { try ConfigFixtures.spec(base, changes) }
    return error?.message
  }

  @Test func gptNeo() throws {
    let spec = try ConfigFixtures.spec(ConfigFixtures.gptNeo)
    #expect(spec.family == "gpt_neo" && spec.layers == 3 && spec.heads == 2 && spec.dHead == 4 && spec.dMlp == 32)
    #expect(spec.positions == .learned && spec.context == 2048 && spec.activation == .geluNew)
    #expect(spec.norm == .init(kind: .layer, epsilon: 1e-5, hasBias: true) && spec.attentionScale == 1)
    #expect(spec.windows == [nil, 256, 256])
    #expect(!spec.hasQueryKeyValueBias && spec.hasOutputBias && spec.hasMlpBias && spec.tiesEmbeddings)
    let other = try ConfigFixtures.spec(
      ConfigFixtures.gptNeo,
      [
        "attention_types": #"[[["local", "global"], 1], [["global"], 1]]"#, "window_size": "5",
        "intermediate_size": "7", "max_position_embeddings": "64", "activation_function": #""relu""#,
        "layer_norm_epsilon": "0.01", "tie_word_embeddings": "false",
      ])
    #expect(other.windows == [5, nil, nil] && other.dMlp == 7 && other.context == 64 && other.activation == .relu)
    #expect(other.norm.epsilon == 0.01 && !other.tiesEmbeddings)
    // Without the key, a config has a global and a local layer twelve times.
    let usual = try ConfigFixtures.spec(ConfigFixtures.gptNeo, ["num_layers": "24", "attention_types": nil])
    #expect(usual.windows == (0..<24).map { $0 % 2 == 0 ? nil : 256 })
  }

  @Test(arguments: [
    #"[[["global"], 2]]"#, #"[[["global"], 4]]"#, #"[[["banded"], 3]]"#, #"[[["global"], 3, 1]]"#,
    #"[[["global"], -1]]"#,
    #"[[[1], 3]]"#, #"["global", "local", "global"]"#, #"[[["global"], 4000000000]]"#, "[]", nil,
  ])
  func kindsOfAttentionThatDoNotFit(types: String?) {
    let text = message(ConfigFixtures.gptNeo, ["attention_types": types])
    #expect(
      text == "config.json: 'attention_types' is \(types == nil ? "not written" : "an array"), "
        + #"expected [[["global", "local"], 1]] or the like, for 3 layers in all"#)
  }

  @Test func gptJ() throws {
    let spec = try ConfigFixtures.spec(ConfigFixtures.gptJ)
    #expect(spec.family == "gptj" && spec.layers == 3 && spec.heads == 2 && spec.dHead == 4 && spec.dMlp == 32)
    #expect(spec.positions == .rotary(RotarySpec(dimensions: 2, theta: 10000, adjacentPairs: true)))
    #expect(spec.isParallel && spec.sharesBlockNorm && spec.context == 2048 && spec.activation == .geluNew)
    #expect(!spec.hasQueryKeyValueBias && !spec.hasOutputBias && spec.hasMlpBias && spec.hasUnembeddingBias)
    #expect(!spec.tiesEmbeddings)
    let other = try ConfigFixtures.spec(
      ConfigFixtures.gptJ, ["n_inner": "7", "n_positions": "64", "tie_word_embeddings": "true", "rotary_dim": "4"])
    #expect(other.dMlp == 7 && other.context == 64 && other.tiesEmbeddings)
    for value in ["6", "3"] {
      #expect(
        message(ConfigFixtures.gptJ, ["rotary_dim": value])
          == "config.json: 'rotary_dim' is \(value), expected an even number, at most n_embd / n_head = 4")
    }
    #expect(
      message(ConfigFixtures.gptJ, ["n_head": "3"])
        == "config.json: 'n_head' is 3, expected a number that divides n_embd = 8")
    // Wide heads rotate 64 features by default.
    #expect(
      try ConfigFixtures.spec(ConfigFixtures.gptJ, ["n_embd": "256", "rotary_dim": nil]).positions
        == .rotary(RotarySpec(dimensions: 64, theta: 10000, adjacentPairs: true)))
  }

  @Test func opt() throws {
    let spec = try ConfigFixtures.spec(ConfigFixtures.opt)
    #expect(spec.family == "opt" && spec.layers == 3 && spec.heads == 4 && spec.dHead == 2 && spec.dMlp == 12)
    #expect(spec.positions == .learned && spec.context == 2048 && spec.activation == .relu)
    #expect(spec.norm == .init(kind: .layer, epsilon: 1e-5, hasBias: true))
    #expect(spec.hasPreNorms && !spec.normalizesStream && spec.hasFinalNorm && spec.embeddingWidth == nil)
    #expect(spec.hasQueryKeyValueBias && spec.hasOutputBias && spec.hasMlpBias && spec.sharesEmbeddings)
    let post = try ConfigFixtures.spec(
      ConfigFixtures.opt, ["do_layer_norm_before": "false", "word_embed_proj_dim": "5"])
    #expect(!post.hasPreNorms && post.normalizesStream && !post.hasFinalNorm && post.embeddingWidth == 5)
    #expect(post.tiesEmbeddings && !post.sharesEmbeddings)
    let plain = try ConfigFixtures.spec(
      ConfigFixtures.opt,
      [
        "enable_bias": "false", "layer_norm_elementwise_affine": "false", "_remove_final_layer_norm": "true",
        "word_embed_proj_dim": "8", "tie_word_embeddings": "false", "max_position_embeddings": "64",
      ])
    #expect(!plain.norm.hasGain && !plain.norm.hasBias && !plain.hasFinalNorm && plain.hasPreNorms)
    #expect(!plain.hasQueryKeyValueBias && !plain.hasOutputBias && !plain.hasMlpBias)
    #expect(plain.embeddingWidth == nil && !plain.tiesEmbeddings && plain.context == 64)
    #expect(
      message(ConfigFixtures.opt, ["num_attention_heads": "3"])
        == "config.json: 'num_attention_heads' is 3, expected a number that divides hidden_size = 8")
    #expect(
      message(
        ConfigFixtures.opt, ["vocab_size": "\(1 << 24)", "hidden_size": "\(1 << 20)", "word_embed_proj_dim": "1"])
        == "config.json: 'word_embed_proj_dim' is 1, expected hidden_size, or a vocabulary of at most 2^30 / hidden_size tokens"
    )
  }

  /// The keys that are special to OPT.
  @Test func weightsOfOpt() throws {
    func source(_ weight: String, _ changes: [String: String?], stored: Set<String> = []) throws -> WeightSource {
      OPTFamily.source(of: weight, spec: try ConfigFixtures.spec(ConfigFixtures.opt, changes), stored: stored)
    }
    let context: [String: String?] = ["max_position_embeddings": "16"]
    #expect(
      try source("pos_embed.weight", context)
        == .rows("model.decoder.embed_positions.weight", 2..<18, total: 18))
    let narrow: [String: String?] = ["word_embed_proj_dim": "5"]
    let table = "model.decoder.embed_tokens.weight"
    #expect(
      try source("embed.weight", narrow)
        == .product(table, by: "model.decoder.project_in.weight", inner: 5, transposed: true))
    func unembedding(_ name: String) -> WeightSource {
      .product(name, by: "model.decoder.project_out.weight", inner: 5, transposed: false)
    }
    #expect(try source("unembed.weight", narrow) == unembedding(table))
    // A stored unembedding is used; without ties, one is required.
    #expect(try source("unembed.weight", narrow, stored: ["lm_head.weight"]) == unembedding("lm_head.weight"))
    let untied = narrow.merging(["tie_word_embeddings": "false"]) { $1 }
    #expect(try source("unembed.weight", untied) == unembedding("lm_head.weight"))
    let plain: [String: String?] = ["layer_norm_elementwise_affine": "false"]
    for name in ["blocks.0.ln1.weight", "blocks.2.ln2.weight", "ln_final.weight"] {
      #expect(try source(name, plain) == .ones)
      #expect(try source(name, [:]) != .ones)
    }
  }

  @Test func falcon() throws {
    let spec = try ConfigFixtures.spec(ConfigFixtures.falcon)
    #expect(spec.family == "falcon" && spec.layers == 3 && spec.heads == 4 && spec.keyValueHeads == 1)
    #expect(spec.dHead == 4 && spec.dMlp == 64 && spec.context == 2048 && spec.activation == .gelu)
    #expect(spec.positions == .rotary(RotarySpec(dimensions: 4, theta: 10000)))
    #expect(spec.isParallel && spec.sharesBlockNorm && spec.tiesEmbeddings)
    #expect(!spec.hasQueryKeyValueBias && !spec.hasOutputBias && !spec.hasMlpBias)
    let new = try ConfigFixtures.spec(
      ConfigFixtures.falcon,
      ["new_decoder_architecture": "true", "num_kv_heads": "2", "bias": "true", "rope_theta": "500"])
    #expect(new.keyValueHeads == 2 && new.isParallel && !new.sharesBlockNorm)
    #expect(new.hasQueryKeyValueBias && new.hasOutputBias && new.hasMlpBias)
    #expect(new.positions == .rotary(RotarySpec(dimensions: 4, theta: 500)))
    let one = try ConfigFixtures.spec(
      ConfigFixtures.falcon,
      ["new_decoder_architecture": "true", "num_ln_in_parallel_attn": "1", "multi_query": "true"])
    #expect(one.sharesBlockNorm && one.keyValueHeads == 4)
    let inTurn = try ConfigFixtures.spec(
      ConfigFixtures.falcon,
      ["multi_query": "false", "parallel_attn": "false", "ffn_hidden_size": "7", "activation": #""relu""#])
    #expect(inTurn.keyValueHeads == 4 && !inTurn.isParallel && !inTurn.sharesBlockNorm && inTurn.dMlp == 7)
    #expect(inTurn.activation == .relu)
  }

  @Test func whatFalconCannotBe() {
    let new: [String: String?] = ["new_decoder_architecture": "true"]
    for (changes, rest) in [
      (["alibi": "true"], "'alibi' is true, expected false: models with ALiBi positions are not supported"),
      (
        ["multi_query": "false", "num_kv_heads": "2"], "'num_kv_heads' is 2, expected 4, as multi_query is false"
      ),
      (
        new.merging(["num_kv_heads": "3"]) { $1 },
        "'num_kv_heads' is 3, expected a number that divides num_attention_heads = 4"
      ),
      (
        new.merging(["parallel_attn": "false"]) { $1 },
        "'parallel_attn' is false, expected true, as new_decoder_architecture is true"
      ),
      (
        new.merging(["num_ln_in_parallel_attn": "3"]) { $1 }, "'num_ln_in_parallel_attn' is 3, expected 1 or 2"
      ),
      (
        ["num_ln_in_parallel_attn": "2"],
        "'num_ln_in_parallel_attn' is 2, expected 1, as new_decoder_architecture is false"
      ),
      (
        ["num_attention_heads": "3"], "'num_attention_heads' is 3, expected a number that divides hidden_size = 16"
      ),
    ] as [([String: String?], String)] {
      #expect(message(ConfigFixtures.falcon, changes) == "config.json: \(rest)")
    }
  }

  /// The tokens that end a text: those of generation_config.json, or else of config.json; one or several.
  @Test func endsOfText() throws {
    func ends(_ config: String?, _ generation: String?) throws -> Set<Int32> {
      let folder = try TemporaryFolder()
      let key = config.map { #", "eos_token_id": \#($0)"# } ?? ""
      try folder.write("config.json", #"{"model_type": "gpt2"\#(key)}"#)
      try folder.write("model.safetensors", safetensors("{}"))
      if let generation { try folder.write("generation_config.json", generation) }
      return try CheckpointFolder(path: folder.path).endsOfText()
    }
    #expect(try ends(nil, nil) == [] && ends("null", nil) == [])
    #expect(try ends("3", nil) == [3] && ends("[3, 5]", nil) == [3, 5])
    #expect(try ends("3", #"{"eos_token_id": [7, 9]}"#) == [7, 9])
    #expect(try ends("3", #"{"eos_token_id": 7}"#) == [7])
    #expect(try ends("3", "{}") == [3] && ends("3", #"{"eos_token_id": null}"#) == [3])
    let error = #expect(throws: CheckpointError.self) { try ends("3", #"{"eos_token_id": ["</s>"]}"#) }
    #expect(
      error?.message.hasSuffix(
        "generation_config.json: 'eos_token_id' is an array, expected a token id or a list of them") ?? false)
  }
}
