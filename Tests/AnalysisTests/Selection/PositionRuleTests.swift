import Analysis
import Testing

/// Which token a position rule selects.
@Suite struct PositionRuleTests {
  static let tokens = ["The", " young", " king", " gave", " the", " king", "let", " a", " ring", "."]
  static let labels = [
    "subject": "young king", "object": "ring", "missing": "queen", "bird": "kinglet", "word": "king",
  ]

  static let cases: [(PositionRule, Int?)] = [
    (.index(0), 0), (.index(9), 9), (.index(10), nil), (.index(-1), 9), (.index(-10), 0), (.index(-11), nil),
    (.token(" king", occurrence: -1), 5), (.token(" king", occurrence: 1), 2), (.token(" king", occurrence: 2), 5),
    (.token(" king", occurrence: 3), nil), (.token("king", occurrence: 1), nil),
    (.token(" queen", occurrence: -1), nil),
    (.span(label: "subject", occurrence: -1, edge: .last), 2),
    (.span(label: "subject", occurrence: 1, edge: .first), 1),
    (.span(label: "object", occurrence: -1, edge: .last), 8),
    (.span(label: "missing", occurrence: -1, edge: .last), nil),
    // A word of two tokens; and the word "king", which is not part of "kinglet".
    (.span(label: "bird", occurrence: -1, edge: .first), 5), (.span(label: "bird", occurrence: -1, edge: .last), 6),
    (.span(label: "word", occurrence: -1, edge: .last), 2), (.span(label: "word", occurrence: 2, edge: .last), nil),
    (.span(label: "unknown", occurrence: -1, edge: .last), nil),
  ]

  @Test(arguments: cases) func picks(rule: PositionRule, expected: Int?) {
    #expect(rule.position(length: 10, tokens: Self.tokens, labels: Self.labels) == expected)
  }

  /// Tokens of word-level tokenizers have no spaces, whatever the prompt has.
  @Test func wordsWithoutSpaces() {
    let tokens = ["the", "lamp", "saw", "the", "lamp", "post"]
    #expect(PositionRule.token(" lamp", occurrence: 1).position(length: 6, tokens: tokens, labels: [:]) == 1)
    #expect(PositionRule.token("lamp", occurrence: -1).position(length: 6, tokens: tokens, labels: [:]) == 4)
    let span = PositionRule.span(label: "x", occurrence: -1, edge: .first)
    #expect(span.position(length: 6, tokens: tokens, labels: ["x": "lamp post"]) == 4)
    #expect(span.position(length: 6, tokens: tokens, labels: ["x": "amp"]) == nil)
    #expect(span.position(length: 6, tokens: nil, labels: ["x": "lamp"]) == nil)
  }

  @Test func labels() {
    let rules: [PositionRule] = [
      .index(-1), .token(" a", occurrence: -1), .token(" a", occurrence: 2),
      .span(label: "s", occurrence: -1, edge: .last), .span(label: "s", occurrence: 1, edge: .first), .mean, .every,
    ]
    #expect(rules.map(\.label) == ["-1", "' a'", "' a' 2", "{s}", "{s} 1 first", "mean", "every"])
  }
}
