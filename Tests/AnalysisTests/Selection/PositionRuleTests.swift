import Analysis
import Testing

/// Which token a position rule selects.
@Suite struct PositionRuleTests {
  static let tokens = ["The", " young", " king", " gave", " the", " king", "let", " a", " ring", "."]
  static let labels = [
    "subject": "young king", "object": "ring", "missing": "queen", "bird": "kinglet", "word": "king",
  ]

  typealias Missing = PositionRule.Missing

  static let cases: [(PositionRule, Result<Int, Missing>)] = [
    (.index(0), .success(0)), (.index(9), .success(9)), (.index(10), .failure(.tooShort(tokens: 10))),
    (.index(-1), .success(9)), (.index(-10), .success(0)), (.index(-11), .failure(.tooShort(tokens: 10))),
    (.token(" king", occurrence: -1), .success(5)), (.token(" king", occurrence: 1), .success(2)),
    (.token(" king", occurrence: 2), .success(5)),
    (.token(" king", occurrence: 3), .failure(.fewer(" king", count: 2))),
    (.token("king", occurrence: 1), .failure(.noToken("king"))),
    (.token(" queen", occurrence: -1), .failure(.noToken(" queen"))),
    (.span(label: "subject", occurrence: -1, edge: .last), .success(2)),
    (.span(label: "subject", occurrence: 1, edge: .first), .success(1)),
    (.span(label: "object", occurrence: -1, edge: .last), .success(8)),
    (.span(label: "missing", occurrence: -1, edge: .last), .failure(.noWords("queen"))),
    // A word of two tokens; and the word "king", which is not part of "kinglet".
    (.span(label: "bird", occurrence: -1, edge: .first), .success(5)),
    (.span(label: "bird", occurrence: -1, edge: .last), .success(6)),
    (.span(label: "word", occurrence: -1, edge: .last), .success(2)),
    (.span(label: "word", occurrence: 2, edge: .last), .failure(.fewer("king", count: 1))),
    (.span(label: "unknown", occurrence: -1, edge: .last), .failure(.noLabel("unknown"))),
  ]

  @Test(arguments: cases) func picks(rule: PositionRule, expected: Result<Int, Missing>) {
    #expect(rule.position(length: 10, tokens: Self.tokens, areWords: nil, labels: Self.labels) == expected)
  }

  /// Tokens of word-level tokenizers have no spaces, whatever the prompt has.
  @Test(arguments: [true, nil]) func wordsWithoutSpaces(areWords: Bool?) {
    let tokens = ["the", "lamp", "saw", "the", "lamp", "post"]
    func place(_ rule: PositionRule, _ labels: [String: String] = [:]) -> Result<Int, Missing> {
      rule.position(length: 6, tokens: tokens, areWords: areWords, labels: labels)
    }
    #expect(place(.token(" lamp", occurrence: 1)) == .success(1))
    #expect(place(.token("lamp", occurrence: -1)) == .success(4))
    let span = PositionRule.span(label: "x", occurrence: -1, edge: .first)
    #expect(place(span, ["x": "lamp post"]) == .success(4))
    #expect(place(span, ["x": "amp"]) == .failure(.insideWords("amp")))
    #expect(
      span.position(length: 6, tokens: nil, areWords: areWords, labels: ["x": "lamp"]) == .failure(.noLabel("x")))
  }

  /// The tokens are GPT-2's, but for those of scripts that it writes in bytes.
  static let spans: [(tokens: [String], words: String, expected: Result<ClosedRange<Int>, Missing>)] = [
    // Typographic punctuation beside a word.
    (["The", " king", "\u{2014}", "a", " ring"], "king", .success(1...1)),
    (["The", " king", "\u{2026}"], "king", .success(1...1)),
    (["\u{AB}", "king", "\u{BB}", " said"], "king", .success(1...1)),
    (["\u{201C}", "king", "\u{201D}"], "king", .success(1...1)),
    (["a", "\u{A0}", "king", "\u{A0}", "b"], "king", .success(2...2)),
    // Any space of the prompt is the label's.
    (["New", "\u{A0}", "York"], "New York", .success(0...2)),
    // Scripts without spaces, and words of other scripts in them.
    (["黒", "い", "猫", "が", "好き"], "猫", .success(2...2)),
    (["แมว", "กิน", "ปลา"], "กิน", .success(1...1)),
    (["메", "리", "는"], "메리", .success(0...1)),
    (["Mary", "は", "猫"], "Mary", .success(0...0)),
    (["แม", "\u{E48}"], "แม", .failure(.insideWords("แม"))),
    // An emoji, and a letter, in several tokens; a token that holds a part of the word and more.
    ([" a", " <0xF0><0x9F><0x91>", "<0x8D>", " b"], "\u{1F44D}", .success(1...2)),
    (["x", " <0xE7>", "<0x8C>", "<0xAB>", "!"], "猫", .success(1...3)),
    (["the", " ki", "ngs", "."], "kings", .success(1...2)),
    // Code.
    (["f", "(", "foo", "_", "bar", ",", "x", ")"], "foo_bar", .success(2...4)),
    (["f", "(", "foo", "_", "bar", ",", "x", ")"], "x", .success(6...6)),
    (["f", "(foo", "_bar", ",x", ")"], "x", .success(3...3)),
    // Parts of longer words.
    (["The", " kings", "."], "king", .failure(.insideWords("king"))),
    (["caf", "e", "\u{301}"], "cafe", .failure(.insideWords("cafe"))),
    (["naïve", "té"], "t", .failure(.insideWords("t"))),
    (["20", "24"], "2", .failure(.insideWords("2"))),
    // What a tokenizer changes: capitals and composed letters. As it is written goes first.
    (["the", " mary"], "Mary", .success(1...1)),
    (["caf\u{E9}"], "cafe\u{301}", .success(0...0)),
    (["Mary", " mary"], "Mary", .success(0...0)),
    // Bytes that are no text, and a text that looks like one.
    (["<0xE2>", " king"], "king", .success(1...1)),
    (["<0x41>", "x"], "<0x41>", .success(0...0)),
    ([" king"], " king ", .success(0...0)),
  ]

  @Test(arguments: spans)
  func findsWords(tokens: [String], words: String, expected: Result<ClosedRange<Int>, Missing>) throws {
    func edge(_ edge: PositionRule.Edge) -> Result<Int, Missing> {
      PositionRule.span(label: "w", occurrence: -1, edge: edge).position(
        length: tokens.count, tokens: tokens, areWords: false, labels: ["w": words])
    }
    #expect(edge(.first) == expected.map(\.lowerBound))
    #expect(edge(.last) == expected.map(\.upperBound))
  }

  @Test func saysWhyThereIsNone() {
    let reasons = [
      Missing.tooShort(tokens: 1), .tooShort(tokens: 3), .noToken(" a"), .noLabel("subject"), .noWords("king"),
      .insideWords("king"), .fewer("king", count: 1), .fewer("king", count: 2),
    ]
    #expect(
      reasons.map(\.reason) == [
        "it has 1 token", "it has 3 tokens", "it has no token ' a'", "it has no label 'subject'", "'king' is not in it",
        "'king' is only a part of longer words in it", "it has 'king' once", "it has 'king' 2 times",
      ])
  }

  @Test func labels() {
    let rules: [PositionRule] = [
      .index(-1), .token(" a", occurrence: -1), .token(" a", occurrence: 2),
      .span(label: "s", occurrence: -1, edge: .last), .span(label: "s", occurrence: 1, edge: .first), .mean, .every,
    ]
    #expect(rules.map(\.label) == ["-1", "' a'", "' a' 2", "{s}", "{s} 1 first", "mean", "every"])
  }
}
