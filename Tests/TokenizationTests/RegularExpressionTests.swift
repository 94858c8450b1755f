import Diagnostics
import Testing
import Tokenization

/// Regular expressions of a tokenizer's files mean the same as in `tokenizers` 0.23.3: the result of
/// `pre_tokenizers.Split(Regex(pattern), "isolated").pre_tokenize_str(text)`.
@Suite struct RegularExpressionTests {
  @Test(arguments: [
    // Lines begin and end at every line break.
    (#"^\w"#, "one\ntwo", ["o", "ne\n", "t", "wo"]),
    (#"\w$"#, "one\ntwo", ["on", "e", "\ntw", "o"]),
    // A dot matches anything but a line feed.
    (".+", "a\u{85}b\u{B}c\r\nd\u{2028}e", ["a\u{85}b\u{B}c\r", "\n", "d\u{2028}e"]),
    (#"[[:punct:]]"#, "x+=1;«a»😀", ["x", "+", "=", "1", ";", "«", "a", "»", "😀"]),
    (#"[^[:punct:]]+"#, "x+=y—z", ["x", "+=", "y", "—", "z"]),
    (#"\w+"#, "½²٣ a_b", ["½²٣", " ", "a_b"]),
    (#"\h+"#, "bad cafe", ["bad", " ", "cafe"]),
    (#"\s"#, "a\u{B}b\u{85}c\u{A0}d", ["a", "\u{B}", "b", "\u{85}", "c", "\u{A0}", "d"]),
    // A count with + after it is repeated, not possessive.
    (#"\d{1,3}+"#, "12345 1", ["12345", " ", "1"]),
    ("[A-Z]?+[a-z]++", "ABc", ["A", "Bc"]),
    // An empty match splits a text.
    (#"(?=(\d{3})+(?!\d))"#, "1234567", ["1", "234", "567"]),
    (#"(?<=\s)\w"#, "ab cd", ["ab ", "c", "d"]),
    (#"(?i)ſ"#, "sSſ", ["s", "S", "ſ"]),
  ])
  func splitsAsTheLibraryDoes(pattern: String, text: String, parts: [String]) throws {
    let bytes = Array(text.utf8)
    // A slice that does not begin at 0, like a tokenizer's pieces.
    let padded = Array("xx".utf8) + bytes
    let matches = try RegularExpression(pattern).matches(in: padded[2...])
    let ranges = Splitting(.isolated).apply(matches: matches, in: 2..<padded.count).filter { !$0.isEmpty }
    #expect(ranges.map { String(decoding: padded[$0], as: UTF8.self) } == parts)
  }

  @Test func anEmptyTextHasNoMatches() throws {
    #expect(try RegularExpression("x*").matches(in: []).isEmpty)
  }

  @Test(arguments: [
    ("(a", "end pattern with unmatched parenthesis"), ("[b-a]", "empty range in char class"),
    (#"\p{Nonsense}"#, "invalid character property name {Nonsense}"),
  ])
  func saysWhatItCannotRead(pattern: String, reason: String) {
    #expect(throws: RegularExpression.Unreadable(reason: reason)) { try RegularExpression(pattern) }
  }

  @Test func aSearchThatTakesTooLongIsAnError() throws {
    let slow = try RegularExpression("(a|aa)+(a|aa)+$x")
    let text = Array(String(repeating: "a", count: 40).utf8)
    let error = #expect(throws: TokenizerError.self) { try slow.matches(in: text[...]) }
    #expect(
      error?.message
        == "the tokenizer's regular expression '(a|aa)+(a|aa)+$x' was given up over this text: retry-limit-in-match over"
    )
  }

  @Test func oneExpressionServesManyThreads() async throws {
    let expression = try RegularExpression(#"\w+"#)
    let text = Array("When Mary and John went".utf8)
    let expected = try expression.matches(in: text[...])
    #expect(expected.count == 5)
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask { try (0..<200).allSatisfy { _ in try expression.matches(in: text[...]) == expected } }
      }
      for try await isSame in group { #expect(isSame) }
    }
  }
}
