import Diagnostics

/// Tokenizers with every supported model, normalizer, pre-tokenizer, post-processor and decoder, each with some thirty
/// tokens.
enum TokenizerCases {
  static let all: [(name: String, files: [(name: String, text: String)])] = [
    ("bytes", [("tokenizer.json", bytes), ("tokenizer_config.json", configuration)]),
    ("llama3", [("tokenizer.json", llama3)]),
    ("sentencepiece", [("tokenizer.json", sentencePiece), ("tokenizer_config.json", configuration)]),
    ("metaspace", [("tokenizer.json", metaspace)]),
    ("words", [("tokenizer.json", TinyCheckpoint.tokenizer)]),
    (
      "gpt2",
      [
        ("vocab.json", "{\(everyByte)}"), ("merges.txt", "#version: 0.2\nh e\nt he\nĠ t\nĠt he\nM a\nr y\nMa ry\n"),
        ("tokenizer_config.json", #"{"bos_token": "Mary", "eos_token": {"content": "h"}, "add_prefix_space": false}"#),
      ]
    ),
  ]

  private static let configuration = """
    {"bos_token": "<s>", "eos_token": {"content": "</s>", "lstrip": false}, "unk_token": "<unk>",
     "add_bos_token": true, "add_prefix_space": false,
     "added_tokens_decoder": {"0": {"content": "<unk>", "lstrip": false, "normalized": false, "rstrip": false,
      "single_word": false, "special": true}}}
    """

  /// Pieces, of which the shortest spell the words that are tried.
  private static let pieces = [
    "<unk>", "<s>", "</s>", "h", "e", "t", "Ġ", "M", "a", "r", "y", "he", "the", "Ġt", "Ġthe", "Ma", "ry", "Mary", "!",
    "1", "2", "3", "Ċ", "é", "Ã", "©", "▁", "▁t", "▁the", "▁Mary", "o", "n", "J", "J o", "'", "s",
  ]

  private static let vocabulary = pieces.enumerated().map { "\"\($1)\": \($0)" }.joined(separator: ", ")

  /// GPT-2's letters for the 256 bytes, and the pieces.
  private static var everyByte: String {
    let printable = (Array(33...126) + Array(161...172) + Array(174...255)) as [UInt32]
    let letters = printable + (256..<256 + UInt32(256 - printable.count))
    let all = letters.compactMap { Unicode.Scalar($0).map(String.init) }
    let more = pieces.filter { !all.contains($0) && $0.allSatisfy { !"▁ ".contains($0) } }
    return (all + more).enumerated().map { "\(jsonString($1)): \($0)" }.joined(separator: ", ")
  }

  private static func added(_ id: Int, _ content: String, special: Bool = true, strips: Bool = false) -> String {
    """
    {"id": \(id), "content": "\(content)", "single_word": \(strips), "lstrip": \(strips), "rstrip": \(strips),
     "normalized": \(!special), "special": \(special)}
    """
  }

  private static let addedTokens =
    "[\(added(0, "<unk>")), \(added(1, "<s>")), \(added(36, "park", special: false, strips: true))]"

  private static let merges = """
    [["h", "e"], ["t", "he"], ["Ġ", "t"], ["Ġt", "he"], ["M", "a"], ["r", "y"], ["Ma", "ry"]]
    """

  private static func model(_ merges: String, fallback: Bool = false, ignores: Bool = false) -> String {
    """
    {"type": "BPE", "dropout": null, "unk_token": "<unk>", "continuing_subword_prefix": null,
     "end_of_word_suffix": null, "fuse_unk": true, "byte_fallback": \(fallback), "ignore_merges": \(ignores),
     "vocab": {\(vocabulary)\(fallback ? ", \"<0xE6>\": 37, \"<0x0A>\": 38, \"<0x00>\": 39" : "")}, "merges": \(merges)}
    """
  }

  private static let bytes = """
    {"version": "1.0", "truncation": {"max_length": 4}, "padding": null, "added_tokens": \(addedTokens),
     "normalizer": {"type": "NFC"},
     "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
     "post_processor": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false},
     "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
     "model": \(model(merges))}
    """

  private static let llama3 = #"""
    {"version": "1.0", "added_tokens": \#(addedTokens), "normalizer": null,
     "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex":
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"},
      "behavior": "Isolated", "invert": false}, {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]},
     "post_processor": {"type": "Sequence", "processors": [{"type": "ByteLevel"}, {"type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
      "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
      "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}}]},
     "decoder": {"type": "ByteLevel"}, "model": \#(model("[\"h e\", \"t he\", \"M a\", \"r y\"]", ignores: true))}
    """#

  private static let sentencePiece = """
    {"version": "1.0", "added_tokens": \(addedTokens),
     "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"},
      {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}, "pre_tokenizer": null,
     "post_processor": {"type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
      "pair": [], "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}},
     "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
      {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
     "model": \(model("[[\"h\", \"e\"], [\"▁\", \"t\"], [\"▁t\", \"he\"]]", fallback: true))}
    """

  private static let metaspace = """
    {"version": "1.0", "added_tokens": \(addedTokens), "normalizer": null,
     "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": true},
     "post_processor": null,
     "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": true},
     "model": \(model("[[\"h\", \"e\"], [\"▁\", \"t\"], [\"▁t\", \"he\"]]"))}
    """
}
