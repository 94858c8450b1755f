import Testing
import Tokenization

/// The hand-written patterns compared with Oniguruma's regular expressions, over all short texts of an alphabet with
/// letters for every alternative of the patterns.
@Suite struct WordPatternTests {
  private static let alphabet: [String] = ["s", "L", "é", "1", " ", "\n", "\r", "\t", "'", "."]

  @Test func gpt2AgreesWithOniguruma() throws {
    try check(WordPattern.gpt2Expression, longest: 5)
  }

  @Test(arguments: [#"\p{N}{1,3}"#, #"\p{N}"#])
  func cl100kAgreesWithOniguruma(digits: String) throws {
    for expression in WordPattern.cl100kExpressions(digits: digits) { try check(expression, longest: 4) }
  }

  @Test func longerContractionsAndDigits() throws {
    let texts = [
      "'ll'LL'lL", "'re'Ve'VE x'm'M", "12345 1234567", "a'\u{17F}b", "I'lla", "  'd", "½12³٣", "\u{B}a\u{85}b",
    ]
    for text in texts {
      for expression in [WordPattern.gpt2Expression] + WordPattern.cl100kExpressions(digits: #"\p{N}{1,3}"#) {
        try compare(expression, Array(text.utf8)[...])
      }
    }
  }

  @Test func otherExpressionsAreLeftToOniguruma() {
    #expect(WordPattern(expression: WordPattern.gpt2Expression) == .gpt2)
    #expect(WordPattern(expression: #"\s+"#) == nil)
  }

  private func check(_ expression: String, longest: Int) throws {
    var texts = [""]
    for _ in 0..<longest {
      texts = texts.flatMap { text in Self.alphabet.map { text + $0 } }
      // One long text with separators would be faster, but would not show how texts end.
      for text in texts { try compare(expression, Array(text.utf8)[...]) }
    }
  }

  private func compare(_ expression: String, _ text: ArraySlice<UInt8>) throws {
    let pattern = try #require(WordPattern(expression: expression))
    let oracle = try #require(try Self.compiled(expression))
    var words: [Range<Int>] = []
    var index = text.startIndex
    while index < text.endIndex {
      words.append(index..<pattern.endOfWord(at: index, in: text))
      index = words[words.count - 1].upperBound
    }
    let expected = try oracle.matches(in: text)
    if words != expected {
      let shown = String(decoding: text, as: UTF8.self).debugDescription
      Issue.record("\(shown): \(words), not \(expected)")
    }
  }

  private static func compiled(_ expression: String) throws -> RegularExpression? { try cache.get()[expression] }

  private static let cache = Result { () throws -> [String: RegularExpression] in
    let digits = [#"\p{N}{1,3}"#, #"\p{N}"#]
    let all = [WordPattern.gpt2Expression] + digits.flatMap { WordPattern.cl100kExpressions(digits: $0) }
    return try all.reduce(into: [:]) { $0[$1] = try RegularExpression($1) }
  }
}
