/// The properties of a class of transformers: how `vocab.json` and `merges.txt` are read, and what no file contains.
///
/// Facts from transformers 5.24 (`models/gpt2`, `gpt_neox`, `codegen` and `qwen2`, `tokenization_*.py`, and
/// `TOKENIZER_MAPPING_NAMES` of `models/auto/tokenization_auto.py`).
struct TokenizerClass: Sendable {
  let name: String
  /// Splits a text into words if there is no tokenizer.json.
  let pattern: WordPattern
  let normalizer: Normalizer?
  /// The class's default tokens, if tokenizer_config.json has none, by their key there.
  let defaults: [String: String]
  /// The class builds its own post-processor, whatever is in tokenizer.json.
  var replacesPostProcessor = false

  private static let end = "<|endoftext|>"

  static let gpt2 = TokenizerClass(
    name: "GPT2Tokenizer", pattern: .gpt2, normalizer: nil,
    defaults: ["bos_token": end, "eos_token": end, "unk_token": end])

  static let all = [
    gpt2,
    TokenizerClass(
      name: "CodeGenTokenizer", pattern: .gpt2, normalizer: nil,
      defaults: ["bos_token": end, "eos_token": end, "unk_token": end]),
    TokenizerClass(
      name: "GPTNeoXTokenizer", pattern: .gpt2, normalizer: .unicode(.nfc),
      defaults: ["bos_token": end, "eos_token": end, "unk_token": end, "pad_token": "<|padding|>"],
      replacesPostProcessor: true),
    TokenizerClass(
      name: "Qwen2Tokenizer", pattern: .cl100k(digits: 1), normalizer: .unicode(.nfc),
      defaults: ["eos_token": end, "unk_token": end, "pad_token": end]),
  ]

  /// The class with a name as in tokenizer_config.json; "GPT2TokenizerFast" is the same class.
  static func named(_ name: String) -> TokenizerClass? {
    let plain = name.hasSuffix("Fast") ? String(name.dropLast(4)) : name
    return all.first { $0.name == plain }
  }

  /// The class that transformers uses for a model whose files do not name one.
  static func ofModel(_ type: String) -> TokenizerClass? {
    switch type {
    case "gpt2", "gpt_neo", "gptj", "codegen", "opt", "phi", "starcoder2": named("GPT2Tokenizer")
    case "gpt_neox", "mpt", "olmo", "olmoe", "mamba", "mamba2", "rwkv": named("GPTNeoXTokenizer")
    case "qwen2", "qwen2_moe", "qwen3", "qwen3_moe", "qwen3_next": named("Qwen2Tokenizer")
    default: nil
    }
  }

  /// The steps of `pattern`, before the bytes are written as characters.
  func preTokenizer(addsPrefixSpace: Bool) -> PreTokenizer {
    if pattern == .gpt2 { return .byteLevel(addsPrefixSpace: addsPrefixSpace, pattern: .gpt2) }
    return .sequence([
      .split(.words(pattern), Splitting(.isolated)), .byteLevel(addsPrefixSpace: addsPrefixSpace, pattern: nil),
    ])
  }
}
