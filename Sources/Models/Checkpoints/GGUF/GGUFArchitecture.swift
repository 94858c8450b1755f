import Diagnostics

/// How llama.cpp writes a family of models: which key of the GGUF metadata corresponds to which key of the family's
/// `config.json`, and how its weights differ from those that Hugging Face publishes.
///
/// An architecture is one entry in `all`. Weights need no entry: all architectures use the same names
/// (`GGUFWeightName`).
struct GGUFArchitecture: Sendable {
  /// `general.architecture`, with which the names of its keys start.
  let name: String
  /// `model_type` of the corresponding family.
  let modelType: String
  let keys: [Key]
  /// Whether rows of queries and keys that are rotated together are adjacent (features i and i + 1), rather than half a
  /// head apart (features i and i + dHead / 2).
  var pairsRotatedRows = false
  /// Keys of the config that follow from several keys of the file, or from its tensors.
  var more: @Sendable (GGUFKeys) throws(CheckpointError) -> [(String, JSONValue)] = { _ in [] }

  /// A key of the file, without the architecture's name, and of `config.json`.
  struct Key: Sendable {
    let gguf: String
    let config: String
    /// Whether the file must have it; the family has defaults for the others.
    var isNeeded = true
  }
}

extension GGUFArchitecture {
  static let all = [
    GGUFArchitecture(name: "llama", modelType: "llama", keys: decoder, pairsRotatedRows: true) {
      file throws(CheckpointError) in
      let biases = [
        ("attention_bias", JSONValue.bool(file.hasTensor("blk.0.attn_q.bias"))),
        ("mlp_bias", .bool(file.hasTensor("blk.0.ffn_up.bias"))),
      ]
      guard !file.has("attention.key_length"), let rotated = try file.integer("rope.dimension_count") else {
        return biases
      }
      return biases + [("head_dim", .integer(rotated))]
    },
    GGUFArchitecture(name: "qwen2", modelType: "qwen2", keys: decoder),
    GGUFArchitecture(name: "qwen3", modelType: "qwen3", keys: decoder),
    GGUFArchitecture(name: "gemma2", modelType: "gemma2", keys: decoder + window + softCaps) {
      file throws(CheckpointError) in try gemmaScale(file, largest: 46)
    },
    GGUFArchitecture(
      name: "gemma3", modelType: "gemma3_text",
      keys: decoder + window + [
        Key(gguf: "rope.freq_base_swa", config: "rope_local_base_freq", isNeeded: false),
        Key(gguf: "attention.sliding_window_pattern", config: "sliding_window_pattern", isNeeded: false),
        Key(gguf: "final_logit_softcapping", config: "final_logit_softcapping", isNeeded: false),
      ]
    ) { file throws(CheckpointError) in try gemmaScale(file, largest: 62) },
    GGUFArchitecture(name: "phi3", modelType: "phi3", keys: decoder) { file throws(CheckpointError) in
      // The converter writes 0 for a model without a window.
      let window = try file.integer("attention.sliding_window") ?? 0
      return [("partial_rotary_factor", .number(try rotatedShare(file)))]
        + (window > 0 ? [("sliding_window", .integer(window))] : [])
    },
    GGUFArchitecture(name: "olmo2", modelType: "olmo2", keys: decoder) { file throws(CheckpointError) in
      guard !file.has("attention.sliding_window") else {
        throw file.invalid("attention.sliding_window", "no such key: OLMo 3, which has windows, is not supported")
      }
      return []
    },
    GGUFArchitecture(
      name: "gpt2", modelType: "gpt2",
      keys: [
        Key(gguf: "embedding_length", config: "n_embd"), Key(gguf: "block_count", config: "n_layer"),
        Key(gguf: "feed_forward_length", config: "n_inner"), Key(gguf: "attention.head_count", config: "n_head"),
        Key(gguf: "context_length", config: "n_positions"),
        Key(gguf: "attention.layer_norm_epsilon", config: "layer_norm_epsilon"),
      ]),
    GGUFArchitecture(
      name: "gptneox", modelType: "gpt_neox",
      keys: [
        Key(gguf: "embedding_length", config: "hidden_size"), Key(gguf: "block_count", config: "num_hidden_layers"),
        Key(gguf: "feed_forward_length", config: "intermediate_size"),
        Key(gguf: "attention.head_count", config: "num_attention_heads"),
        Key(gguf: "context_length", config: "max_position_embeddings"),
        Key(gguf: "attention.layer_norm_epsilon", config: "layer_norm_eps"),
        Key(gguf: "use_parallel_residual", config: "use_parallel_residual", isNeeded: false),
      ]
    ) { file throws(CheckpointError) in
      [
        ("rotary_pct", .number(try rotatedShare(file))),
        ("rotary_emb_base", .number(try file.number("rope.freq_base") ?? 10000)),
        ("attention_bias", .bool(file.hasTensor("blk.0.attn_qkv.bias"))),
      ]
    },
  ]

  static let names = all.map(\.name)

  /// The keys of LLaMA and related families.
  private static let decoder = [
    Key(gguf: "embedding_length", config: "hidden_size"), Key(gguf: "block_count", config: "num_hidden_layers"),
    Key(gguf: "feed_forward_length", config: "intermediate_size"),
    Key(gguf: "attention.head_count", config: "num_attention_heads"),
    Key(gguf: "attention.head_count_kv", config: "num_key_value_heads", isNeeded: false),
    Key(gguf: "attention.key_length", config: "head_dim", isNeeded: false),
    Key(gguf: "attention.layer_norm_rms_epsilon", config: "rms_norm_eps"),
    Key(gguf: "context_length", config: "max_position_embeddings"),
    Key(gguf: "rope.freq_base", config: "rope_theta", isNeeded: false),
  ]

  private static let window = [Key(gguf: "attention.sliding_window", config: "sliding_window", isNeeded: false)]

  private static let softCaps = [
    Key(gguf: "attn_logit_softcapping", config: "attn_logit_softcapping", isNeeded: false),
    Key(gguf: "final_logit_softcapping", config: "final_logit_softcapping", isNeeded: false),
  ]

  /// The scale of Gemma's queries, which files do not have. llama.cpp uses the width of a head, except for the largest
  /// model of each generation, which it recognises by its number of layers (`gemma2.cpp`, `gemma3.cpp`): there it uses
  /// the stream's width over the number of heads.
  private static func gemmaScale(
    _ file: GGUFKeys, largest layers: Int
  ) throws(CheckpointError) -> [(String, JSONValue)] {
    guard let stream = try file.integer("embedding_length"), let heads = try file.integer("attention.head_count"),
      heads > 0
    else { return [] }
    let head = try file.integer("attention.key_length") ?? 256
    let scale = try file.integer("block_count") == layers ? stream / heads : head
    return [("query_pre_attn_scalar", .integer(scale))]
  }

  /// The fraction of a head's features that are rotated, chosen so that this fraction of all features is that number
  /// again in float32.
  private static func rotatedShare(_ file: GGUFKeys) throws(CheckpointError) -> Double {
    guard let stream = try file.integer("embedding_length"), let heads = try file.integer("attention.head_count"),
      heads > 0, stream >= heads
    else { return 1 }
    let head = try file.integer("attention.key_length") ?? stream / heads
    let rotated = try file.integer("rope.dimension_count") ?? head
    // More than all heads have; the family rejects it if it is wrong.
    guard (1...1 << 24).contains(head) else { return 1 }
    guard rotated >= 0, rotated <= head else {
      throw file.invalid("rope.dimension_count", "at most the \(head) features of a head")
    }
    let share = Float(rotated) / Float(head)
    return Double(Int(Float(head) * share) == rotated ? share : share.nextUp)
  }
}
