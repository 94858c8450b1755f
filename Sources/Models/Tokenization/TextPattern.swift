/// The pattern of a `Split` or `Replace`. The patterns that nearly every model uses are implemented by hand; Oniguruma
/// handles any other regular expression.
package enum TextPattern: Sendable {
  case literal([UInt8])
  case words(WordPattern)
  case expression(RegularExpression)

  /// Reads `{"String": "..."}` or `{"Regex": "..."}`.
  init(_ field: JSONField) throws(TokenizerError) {
    if let literal = try field.member("String") {
      let text = try literal.string()
      guard !text.isEmpty else { throw literal.badValue("", expected: "at least one character") }
      self = .literal(Array(text.utf8))
      return
    }
    guard let expression = try field.member("Regex") else {
      throw field.badValue(field.value.kindName, expected: "{\"String\": ...} or {\"Regex\": ...}")
    }
    let pattern = try expression.string()
    do throws(RegularExpression.Unreadable) {
      self = try TextPattern(expression: pattern)
    } catch {
      throw .badPattern(file: expression.file, path: expression.path, pattern: pattern, reason: error.reason)
    }
  }

  /// The pattern of a regular expression.
  init(expression pattern: String) throws(RegularExpression.Unreadable) {
    if let words = WordPattern(expression: pattern) {
      self = .words(words)
    } else {
      self = .expression(try RegularExpression(pattern))
    }
  }

  /// The matches in `text`, from left to right, without overlap.
  ///
  /// - Throws: `patternGivenUp`.
  func matches(in text: ArraySlice<UInt8>) throws(TokenizerError) -> [Range<Int>] {
    switch self {
    case .literal(let literal): return Self.occurrences(of: literal, in: text)
    case .words(let pattern):
      var matches: [Range<Int>] = []
      var index = text.startIndex
      while index < text.endIndex {
        let end = pattern.endOfWord(at: index, in: text)
        matches.append(index..<end)
        index = end
      }
      return matches
    case .expression(let expression): return try expression.matches(in: text)
    }
  }

  private static func occurrences(of literal: [UInt8], in text: ArraySlice<UInt8>) -> [Range<Int>] {
    var matches: [Range<Int>] = []
    var index = text.startIndex
    while index + literal.count <= text.endIndex {
      if text[index] == literal[0], text[index..<(index + literal.count)].elementsEqual(literal) {
        matches.append(index..<(index + literal.count))
        index += literal.count
      } else {
        index += 1
      }
    }
    return matches
  }
}
