import Checkpoints
import Diagnostics
import Testing

/// The minimum that each kind of config must have, as JSON texts by key.
enum ConfigFixtures {
  static let gpt2 = ["model_type": #""gpt2""#, "n_embd": "8", "n_head": "2", "n_layer": "3", "vocab_size": "11"]

  /// GPT-NeoX rotates a quarter of each head, so its heads are wider.
  static func decoder(_ type: String) -> [String: String] {
    [
      "model_type": "\"\(type)\"", "hidden_size": type == "gpt_neox" ? "16" : "8", "num_attention_heads": "2",
      "num_hidden_layers": "3",
      "intermediate_size": "12", "vocab_size": "11",
    ]
  }

  static let gptNeo = [
    "model_type": #""gpt_neo""#, "hidden_size": "8", "num_heads": "2", "num_layers": "3", "vocab_size": "11",
    "attention_types": #"[[["global", "local"], 1], [["local"], 1]]"#,
  ]

  static let gptJ = [
    "model_type": #""gptj""#, "n_embd": "8", "n_head": "2", "n_layer": "3", "vocab_size": "11", "rotary_dim": "2",
  ]

  static let opt = [
    "model_type": #""opt""#, "hidden_size": "8", "num_attention_heads": "4", "num_hidden_layers": "3", "ffn_dim": "12",
    "vocab_size": "11",
  ]

  static let falcon = [
    "model_type": #""falcon""#, "hidden_size": "16", "num_attention_heads": "4", "num_hidden_layers": "3",
    "vocab_size": "11",
  ]

  /// The smallest config of a text family.
  static func ofFamily(_ type: String) -> [String: String] {
    ["gpt2": gpt2, "gpt_neo": gptNeo, "gptj": gptJ, "opt": opt, "falcon": falcon][type] ?? decoder(type)
  }

  static let patchbay = [
    "model_type": #""patchbay""#, "d_model": "8", "n_heads": "2", "n_layers": "3", "vocab_size": "11", "n_ctx": "16",
  ]

  /// The config with some keys set to other JSON texts, or removed.
  static func config(_ base: [String: String], _ changes: [String: String?] = [:]) throws -> Config {
    var members = base
    for (key, value) in changes { members[key] = value }
    let text = members.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ")
    return Config(try JSONValue(parsing: Array("{\(text)}".utf8)).objectValue ?? JSONObject(), file: "config.json")
  }

  static func spec(_ base: [String: String], _ changes: [String: String?] = [:]) throws -> TransformerSpec {
    let config = try config(base, changes)
    let spec = try ModelFamilies.family(of: config).spec(config)
    return try #require(spec as? TransformerSpec)
  }
}
