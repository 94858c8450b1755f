import Foundation

/// What a `Split` or `Replace` looks for. The patterns that nearly every model uses are written out by hand; any other regular
/// expression is given to Foundation (ICU), whose syntax covers that of the Oniguruma library which `tokenizers` uses.
package enum TextPattern: Sendable {
  case literal([UInt8])
  case words(WordPattern)
  case expression(Expression)

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
    guard let read = TextPattern(expression: pattern) else {
      throw .badPattern(file: expression.file, path: expression.path, pattern: pattern)
    }
    self = read
  }

  /// What a regular expression looks for; nil when it cannot be read.
  init?(expression pattern: String) {
    if let words = WordPattern(expression: pattern) {
      self = .words(words)
    } else if let compiled = Expression(pattern) {
      self = .expression(compiled)
    } else {
      return nil
    }
  }

  /// The places in `text` that match, from left to right, none overlapping another.
  func matches(in text: ArraySlice<UInt8>) -> [Range<Int>] {
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
    case .expression(let expression): return expression.matches(in: text)
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

extension TextPattern {
  /// A regular expression in ICU's hands.
  ///
  /// Unchecked because Foundation does not say so everywhere: an NSRegularExpression is immutable, and documented as safe to use
  /// from several threads.
  package struct Expression: @unchecked Sendable {
    private let expression: NSRegularExpression

    package init?(_ pattern: String) {
      guard let expression = try? NSRegularExpression(pattern: Self.translated(pattern)) else { return nil }
      self.expression = expression
    }

    /// ICU's `\s` lacks U+000B and U+0085, which Oniguruma's has.
    private static func translated(_ pattern: String) -> String {
      var result = ""
      var isEscaped = false
      for scalar in pattern.unicodeScalars {
        if isEscaped {
          switch scalar {
          case "s": result += "[\\p{White_Space}]"
          case "S": result += "[^\\p{White_Space}]"
          default: result += "\\\(scalar)"
          }
          isEscaped = false
        } else if scalar == "\\" {
          isEscaped = true
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
      return isEscaped ? result + "\\" : result
    }

    package func matches(in text: ArraySlice<UInt8>) -> [Range<Int>] {
      let string = String(decoding: text, as: UTF8.self)
      let whole = NSRange(location: 0, length: string.utf16.count)
      var offsets = UTF16Offsets(text)
      return expression.matches(in: string, range: whole).compactMap { match in
        let range = offsets.index(match.range.location)..<offsets.index(match.range.location + match.range.length)
        return range.isEmpty ? nil : range
      }
    }
  }

  /// Turns ascending UTF-16 offsets, which Foundation speaks, into indices of bytes.
  private struct UTF16Offsets {
    let text: ArraySlice<UInt8>
    var index: Int
    var offset = 0

    init(_ text: ArraySlice<UInt8>) { (self.text, index) = (text, text.startIndex) }

    mutating func index(_ wanted: Int) -> Int {
      while offset < wanted, index < text.endIndex {
        let (scalar, length) = scalar(at: index, in: text)
        offset += scalar.value > 0xFFFF ? 2 : 1
        index += length
      }
      return index
    }
  }
}
