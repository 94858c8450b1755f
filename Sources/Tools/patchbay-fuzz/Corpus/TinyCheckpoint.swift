import Checkpoints
import Diagnostics
import Foundation
import Tensors

/// Models with a few hundred numbers, one of each family, as folders in Hugging Face layout.
enum TinyCheckpoint {
  /// config.json, by the folder's name.
  static let configs = [
    "gpt2": """
    {"model_type": "gpt2", "n_embd": 8, "n_head": 2, "n_layer": 2, "n_positions": 24, "n_inner": 12, "vocab_size": 20,
     "layer_norm_epsilon": 1e-5, "activation_function": "gelu_new", "tie_word_embeddings": true}
    """,
    "llama": """
    {"model_type": "llama", "hidden_size": 8, "num_attention_heads": 2, "num_key_value_heads": 1,
     "num_hidden_layers": 2, "intermediate_size": 12, "vocab_size": 20, "max_position_embeddings": 32,
     "rms_norm_eps": 1e-5, "hidden_act": "silu", "tie_word_embeddings": false, "attention_bias": false,
     "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
      "original_max_position_embeddings": 16}, "rope_theta": 500000.0}
    """,
    "neox": """
    {"model_type": "gpt_neox", "hidden_size": 16, "num_attention_heads": 2, "num_hidden_layers": 2,
     "intermediate_size": 12, "vocab_size": 20, "max_position_embeddings": 32, "rotary_pct": 0.25,
     "rotary_emb_base": 10000, "layer_norm_eps": 1e-5, "hidden_act": "gelu", "use_parallel_residual": true}
    """,
    "gemma2": """
    {"model_type": "gemma2", "hidden_size": 8, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 4,
     "num_hidden_layers": 2, "intermediate_size": 12, "vocab_size": 20, "max_position_embeddings": 32,
     "sliding_window": 4, "query_pre_attn_scalar": 4, "attn_logit_softcapping": 50.0,
     "final_logit_softcapping": 30.0, "hidden_activation": "gelu_pytorch_tanh"}
    """,
    "qwen3": """
    {"model_type": "qwen3", "hidden_size": 8, "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 4,
     "num_hidden_layers": 2, "intermediate_size": 12, "vocab_size": 20, "max_position_embeddings": 32,
     "use_sliding_window": true, "sliding_window": 8, "max_window_layers": 1,
     "layer_types": ["full_attention", "sliding_attention"]}
    """,
    "gemma3": """
    {"model_type": "gemma3", "text_config": {"hidden_size": 8, "num_attention_heads": 2, "num_key_value_heads": 1,
     "head_dim": 4, "num_hidden_layers": 2, "intermediate_size": 12, "vocab_size": 20, "max_position_embeddings": 32,
     "sliding_window": 4, "sliding_window_pattern": 2, "query_pre_attn_scalar": 4, "rope_local_base_freq": 100,
     "rope_scaling": {"rope_type": "linear", "factor": 8.0}}}
    """,
    "olmo2": """
    {"model_type": "olmo2", "hidden_size": 8, "num_attention_heads": 2, "num_key_value_heads": 1,
     "num_hidden_layers": 2, "intermediate_size": 12, "vocab_size": 20, "max_position_embeddings": 32,
     "attention_bias": true, "rope_parameters": {"rope_type": "default", "rope_theta": 500000}}
    """,
    "phi3": """
    {"model_type": "phi3", "hidden_size": 8, "num_attention_heads": 2, "num_key_value_heads": 1,
     "num_hidden_layers": 2, "intermediate_size": 12, "vocab_size": 20, "max_position_embeddings": 32,
     "sliding_window": 4, "partial_rotary_factor": 0.5}
    """,
    "patchbay": """
    {"model_type": "patchbay", "n_layers": 2, "n_heads": 2, "n_key_value_heads": 2, "d_model": 8, "d_head": 4,
     "d_mlp": 12, "vocab_size": 20, "n_ctx": 24, "norm": "layer", "norm_eps": 1e-5, "norm_bias": true,
     "activation": "gelu_new", "gated": false, "positions": "rotary", "rotary_dims": 4, "rope_theta": 100,
     "attention_bias": true, "attention_scale": 0.5, "mlp_bias": true, "unembed_bias": true, "causal": true,
     "parallel": false, "tie_word_embeddings": true}
    """,
    "neo": """
    {"model_type": "gpt_neo", "hidden_size": 8, "num_heads": 2, "num_layers": 2, "intermediate_size": 12,
     "attention_types": [[["global", "local"], 1]], "window_size": 3, "vocab_size": 20, "max_position_embeddings": 24,
     "layer_norm_epsilon": 1e-5, "activation_function": "gelu_new"}
    """,
    "gptj": """
    {"model_type": "gptj", "n_embd": 8, "n_head": 2, "n_layer": 2, "n_inner": 12, "n_positions": 24, "vocab_size": 20,
     "rotary_dim": 2, "layer_norm_epsilon": 1e-5, "activation_function": "gelu_new", "tie_word_embeddings": false}
    """,
    "opt": """
    {"model_type": "opt", "hidden_size": 8, "num_attention_heads": 2, "num_hidden_layers": 2, "ffn_dim": 12,
     "vocab_size": 20, "max_position_embeddings": 24, "do_layer_norm_before": false, "word_embed_proj_dim": 4,
     "activation_function": "relu", "enable_bias": true, "layer_norm_elementwise_affine": false,
     "_remove_final_layer_norm": false}
    """,
    "falcon": """
    {"model_type": "falcon", "hidden_size": 8, "num_attention_heads": 2, "num_kv_heads": 1, "num_hidden_layers": 2,
     "ffn_hidden_size": 12, "vocab_size": 20, "max_position_embeddings": 32, "new_decoder_architecture": true,
     "multi_query": false, "parallel_attn": true, "num_ln_in_parallel_attn": 2, "bias": true, "alibi": false,
     "layer_norm_epsilon": 1e-5, "activation": "gelu", "rope_theta": 500000.0}
    """,
    "impala": """
    {"model_type": "impala_policy", "scale": 1, "in_channels": 3, "observation_size": 8, "num_actions": 15}
    """,
  ]

  /// The model that experiments are planned for.
  static let experimental = """
    {"model_type": "patchbay", "n_layers": 2, "n_heads": 2, "d_model": 8, "d_mlp": 12, "vocab_size": 20, "n_ctx": 24}
    """

  /// A maze policy with random weights.
  static let policy = #"{"model_type": "impala_policy"}"#

  /// The words of the models' tokenizer; a word's id is its index.
  static let words = [
    "<unk>", "When", "Mary", "John", "Tom", "and", "went", "to", "the", "store", "gave", "a", "drink", "said", "saw",
    "park", ",", "<s>", "girl", "boy",
  ]

  static var tokenizer: String {
    let vocabulary = words.enumerated().map { "\"\($1)\": \($0)" }.joined(separator: ", ")
    return """
      {"version": "1.0", "truncation": null, "padding": null,
       "added_tokens": [{"id": 17, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true}], "normalizer": null, "pre_tokenizer": {"type": "WhitespaceSplit"},
       "post_processor": null, "decoder": null,
       "model": {"type": "WordLevel", "unk_token": "<unk>", "vocab": {\(vocabulary)}}}
      """
  }

  /// Writes a model's folder.
  /// - Parameters:
  ///   - shards: how many files hold the weights; with several there is an index.
  static func write(_ config: String, to folder: String, shards: Int = 1) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try write(config, to: "\(folder)/config.json")
    try write(tokenizer, to: "\(folder)/tokenizer.json")
    let tensors = try weights(config)
    guard shards > 1 else {
      var writer = SafetensorsWriter(metadata: ["format": "pt"])
      for (name, tensor) in tensors { try writer.add(name, tensor) }
      return try writer.write(to: "\(folder)/model.safetensors")
    }
    var places: [String] = []
    for shard in 0..<shards {
      let file = "model-0000\(shard + 1)-of-0000\(shards).safetensors"
      var writer = SafetensorsWriter()
      for (index, (name, tensor)) in tensors.enumerated() where index % shards == shard {
        try writer.add(name, tensor)
        places.append("\"\(name)\": \"\(file)\"")
      }
      try writer.write(to: "\(folder)/\(file)")
    }
    try write(
      "{\"metadata\": {\"total_size\": 4096}, \"weight_map\": {\(places.joined(separator: ", "))}}",
      to: "\(folder)/model.safetensors.index.json")
  }

  private static func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  /// Random weights under the names in the family's checkpoints.
  private static func weights(_ config: String) throws -> [(name: String, tensor: Tensor)] {
    let json = try JSONValue(parsing: Array(config.utf8)).objectValue ?? JSONObject()
    let config = Config(json, file: "config.json")
    return try weights(config, of: try ModelFamilies.family(of: config))
  }

  private static func weights<Family: ModelFamily>(
    _ config: Config, of family: Family.Type
  ) throws -> [(name: String, tensor: Tensor)] {
    let spec = try family.spec(config)
    var generator = SplitMix64(seed: 1)
    var tensors: [(name: String, tensor: Tensor)] = []
    for declaration in spec.graph().weights {
      let isVector = declaration.shape.count == 1
      var shape = declaration.shape
      var stored: [(name: String, shape: [Int])] = []
      switch family.source(of: declaration.name, spec: spec, stored: []) {
      case .whole(let name): stored = [(name, shape)]
      case .columns(let name, _, let total):
        shape[shape.count - 1] = total
        stored = [(name, shape)]
      case .rows(let name, _, let total):
        shape[0] = total
        stored = [(name, shape)]
      case .groupedRows(let name, _, let size, let groups):
        shape[0] = size * groups
        stored = [(name, shape)]
      case .product(let table, let map, let inner, let transposed):
        stored = [(table, [shape[0], inner]), (map, transposed ? [shape[1], inner] : [inner, shape[1]])]
      case .ones: break
      }
      for (name, shape) in stored where !tensors.contains(where: { $0.name == name }) {
        let limit: Float = isVector ? 1 : 0.5
        let numbers = Tensor(shape: shape) { numbers in
          for index in numbers.indices {
            numbers.initializeElement(at: index, to: Float.random(in: -limit...limit, using: &generator))
          }
        }
        tensors.append((name, numbers))
      }
    }
    return tensors
  }
}
