/// A byte-level BPE tokenizer for the grammar's text, as the `tokenizer.json` of Hugging Face's `tokenizers`.
///
/// Pre-tokenized like GPT-2's. Every word of the grammar is one token, both with and without a preceding space if the
/// text has both; a year is its century and two digits (" 17", "32"), as for GPT-2. Merges are learned from the words
/// themselves, each counted once, until every word is one token; encoding replays them in order and so also ends with
/// one token.
public enum GrammarTokenizer {
  /// The token between documents.
  public static let endOfText = "<|endoftext|>"

  /// The file's text.
  public static func json() -> String {
    let merges = digitMerges + learnedMerges(words())
    var tokens = byteAlphabet.values.sorted { $0.value < $1.value }.map(String.init)
    var seen = Set(tokens)
    for merge in merges where seen.insert(merge.0 + merge.1).inserted { tokens.append(merge.0 + merge.1) }
    let vocabulary = (tokens + [endOfText]).enumerated().map { "      \(quoted($1)): \($0)" }
    let lines = merges.map { "      [\(quoted($0.0)), \(quoted($0.1))]" }
    return """
      {
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": [
          {"id": \(tokens.count), "content": "\(endOfText)", "single_word": false, "lstrip": false, "rstrip": false,
           "normalized": false, "special": true}
        ],
        "normalizer": null,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
        "post_processor": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false, "use_regex": true},
        "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
        "model": {
          "type": "BPE",
          "dropout": null,
          "unk_token": null,
          "continuing_subword_prefix": null,
          "end_of_word_suffix": null,
          "fuse_unk": false,
          "byte_fallback": false,
          "vocab": {
      \(vocabulary.joined(separator: ",\n"))
          },
          "merges": [
      \(lines.joined(separator: ",\n"))
          ]
        }
      }

      """
  }

  // MARK: Words

  /// All words of the text as split by the pre-tokenizer, in alphabetical order; numbers are left to `digitMerges`.
  static func words() -> [[UInt8]] {
    var words: Set<[UInt8]> = []
    let nouns = Lexicon.objects + Lexicon.people.map { ($0.one, $0.many) }
    let lists = [
      Lexicon.names, Lexicon.places, nouns.flatMap { [$0.one, $0.many] }, Lexicon.adjectives, Lexicon.moods,
      Lexicon.weekdays, Lexicon.months, Lexicon.numberWords, Lexicon.letters, Lexicon.spans, Lexicon.mindfulVerbs,
      Lexicon.mindlessVerbs,
    ]
    for word in lists.joined() { words.insert(Array(" \(word)".utf8)) }
    // What a document may begin with.
    for word in Lexicon.names + Lexicon.weekdays + Lexicon.months + Lexicon.numberWords {
      words.insert(Array(word.utf8))
    }
    let text = GrammarText(seed: 0)
    for index in 0..<40_000 { words.formUnion(pieces(text.document(index))) }
    return words.filter { word in !word.contains { (0x30...0x39).contains($0) } }
      .sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// GPT-2's pre-tokenization for text with ASCII letters, digits, single spaces and punctuation.
  static func pieces(_ text: String) -> [[UInt8]] {
    func kind(_ byte: UInt8) -> Int {
      switch byte {
      case 0x20: 0
      case 0x30...0x39: 1
      case 0x41...0x5A, 0x61...0x7A: 2
      default: 3
      }
    }
    var pieces: [[UInt8]] = []
    for byte in text.utf8 {
      if let last = pieces.last?.last, byte != 0x20, last == 0x20 || kind(last) == kind(byte) {
        pieces[pieces.count - 1].append(byte)
      } else {
        pieces.append([byte])
      }
    }
    return pieces
  }

  // MARK: Merges

  /// Space and digit, these two and a digit, digit and digit, in this order: " 1732" becomes " 17" and "32".
  private static var digitMerges: [(String, String)] {
    let digits = (0...9).map(String.init)
    return digits.map { ("Ġ", $0) } + digits.flatMap { a in digits.map { ("Ġ\(a)", $0) } }
      + digits.flatMap { a in digits.map { (a, $0) } }
  }

  private static func learnedMerges(_ words: [[UInt8]]) -> [(String, String)] {
    struct Pair: Hashable {
      let a: String
      let b: String
    }
    var split = words.map { $0.map { String(byteAlphabet[$0] ?? "?") } }
    var merges: [(String, String)] = []
    while true {
      var counts: [Pair: Int] = [:]
      for word in split { for (a, b) in zip(word, word.dropFirst()) { counts[Pair(a: a, b: b), default: 0] += 1 } }
      let best = counts.max { x, y in
        x.value != y.value ? x.value < y.value : (y.key.a, y.key.b) < (x.key.a, x.key.b)
      }
      guard let pair = best?.key else { return merges }
      merges.append((pair.a, pair.b))
      for index in split.indices where split[index].count > 1 {
        var merged: [String] = []
        for symbol in split[index] {
          if symbol == pair.b, merged.last == pair.a {
            merged[merged.count - 1] = pair.a + pair.b
          } else {
            merged.append(symbol)
          }
        }
        split[index] = merged
      }
    }
  }

  /// How each byte is written: GPT-2's letters for bytes, in which a space is "Ġ".
  private static let byteAlphabet: [UInt8: Unicode.Scalar] = {
    var letters: [UInt8: Unicode.Scalar] = [:]
    var next: UInt32 = 256
    for byte in UInt8.min...UInt8.max {
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: letters[byte] = Unicode.Scalar(byte)
      default:
        letters[byte] = Unicode.Scalar(next)
        next += 1
      }
    }
    return letters
  }()

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
