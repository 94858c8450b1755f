/// How a byte-level GGUF tokenizer splits a text into words: one entry per supported value of llama.cpp's
/// `tokenizer.ggml.pre`.
///
/// Names, patterns and other consequences of a name are those of llama.cpp (`src/llama-vocab.cpp` at commit 00ad355,
/// July 2026), with patterns spelled as in the models' own tokenizer.json if llama.cpp quotes it. Each pattern splits
/// what the previous one left; the text between matches is also a word.
/// before it left; the text between matches is a word too.
struct GGUFSplitting: Sendable {
  let patterns: [String]
  /// A word that is itself a token is not split.
  var ignoresMerges = false
  /// Whether a beginning-of-text token is added if the file does not say.
  var addsBeginningOfText = false

  static let names = all.keys.sorted()

  static func named(_ name: String) -> GGUFSplitting? { all[name] }

  private static let all: [String: GGUFSplitting] = {
    let families: [([String], GGUFSplitting)] = [
      (
        [
          "gpt-2", "phi-2", "jina-es", "jina-de", "jina-v2-es", "jina-v2-de", "gigachat", "a.x-4.0", "mellum",
          "modern-bert", "exaone4", "mpt", "olmo", "jais", "trillion", "granite-docling",
        ], GGUFSplitting(patterns: [gpt2])
      ),
      (
        ["smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b", "mellum2"],
        GGUFSplitting(patterns: [digit, gpt2])
      ),
      (
        ["llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano"],
        GGUFSplitting(patterns: [cl100k(#"\p{N}{1,3}"#)], ignoresMerges: true, addsBeginningOfText: true)
      ),
      (["dbrx", "smaug-bpe", "chatglm-bpe", "glm4"], GGUFSplitting(patterns: [cl100k(#"\p{N}{1,3}"#)])),
      (
        [
          "qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "megrez", "stablelm2", "hunyuan", "solar-open", "grok-2",
        ], GGUFSplitting(patterns: [cl100k(#"\p{N}"#)])
      ),
      (["qwen35"], GGUFSplitting(patterns: [qwen35])),
      (
        ["tekken"],
        GGUFSplitting(
          patterns: [cased(contractions: "", digits: #"\p{N}"#)], ignoresMerges: true, addsBeginningOfText: true)
      ),
      (
        ["gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2"],
        GGUFSplitting(patterns: [cased(contractions: "(?i:'s|'t|'re|'ve|'m|'ll|'d)?", digits: #"\p{N}{1,3}"#)])
      ),
      (["deepseek-coder"], GGUFSplitting(patterns: [#"[\r\n]"#, #"\s?\p{L}+"#, #"\s?\p{P}+"#, cjk, #"\p{N}"#])),
      (["deepseek-v3", "hunyuan-dense", "joyai-llm"], GGUFSplitting(patterns: [#"\p{N}{1,3}"#, hanKana, deepseek3])),
      (["falcon"], GGUFSplitting(patterns: [#"[\p{P}\$\+<=>\^~\|`]+"#, gpt2, #"[0-9][0-9][0-9]"#])),
      (["default"], GGUFSplitting(patterns: [#"[\p{P}\$\+<=>\^~\|]+"#, gpt2, #"\p{N}+"#, #"[0-9][0-9][0-9]"#])),
    ]
    return families.reduce(into: [:]) { all, family in for name in family.0 { all[name] = family.1 } }
  }()

  /// A single digit.
  static let digit = #"\p{N}"#

  private static let gpt2 = WordPattern.gpt2Expression

  private static func cl100k(_ digits: String) -> String { WordPattern.cl100kExpressions(digits: digits)[0] }

  /// Qwen 3.5's: letters with their marks.
  private static let qwen35 =
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+"#
    + #"|\s+(?!\S)|\s+"#

  /// o200k's and Tekken's: a word is split between a lowercase and an uppercase letter.
  private static func cased(contractions: String, digits: String) -> String {
    let capitals = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#
    let small = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#
    let first = #"[^\r\n\p{L}\p{N}]?"#
    return "\(first)\(capitals)*\(small)+\(contractions)|\(first)\(capitals)+\(small)*\(contractions)|\(digits)"
      + #"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }

  private static let cjk = #"[\x{4E00}-\x{9FA5}\x{0800}-\x{4E00}\x{AC00}-\x{D7FF}]+"#
  private static let hanKana = #"[\x{4E00}-\x{9FA5}\x{3040}-\x{309F}\x{30A0}-\x{30FF}]+"#
  private static let deepseek3 =
    ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"##
    + #"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
}
