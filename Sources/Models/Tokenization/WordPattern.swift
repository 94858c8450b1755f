/// The splitting patterns of GPT-2 and of cl100k's descendants (Llama 3, Qwen 2), implemented by hand: every prompt
/// needs them, and a regular expression engine takes longer to compile them than to split a prompt.
package enum WordPattern: Sendable, Equatable {
  /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
  case gpt2
  /// The pattern of `cl100kExpressions`, with up to this many digits in a word.
  case cl100k(digits: Int)

  package static let gpt2Expression =
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

  /// The spellings of one pattern in existing files. Possessive quantifiers (`++`) only save an engine work: giving
  /// back part of these runs could never lead to a match.
  package static func cl100kExpressions(digits: String) -> [String] {
    let tail = #"|\s*[\r\n]+|\s+(?!\S)|\s+"#
    let plain = #"|[^\r\n\p{L}\p{N}]?\p{L}+|"# + digits + #"| ?[^\s\p{L}\p{N}]+[\r\n]*"# + tail
    let possessive = #"|[^\r\n\p{L}\p{N}]?+\p{L}+|"# + digits + #"| ?[^\s\p{L}\p{N}]++[\r\n]*"# + tail
    let contractions = ["(?i:'s|'t|'re|'ve|'m|'ll|'d)", "'(?i:[sdmt]|ll|ve|re)"]
    return contractions.flatMap { [$0 + plain, $0 + possessive] }
  }

  /// The pattern of a regular expression, if it is one of these.
  package init?(expression: String) {
    if expression == Self.gpt2Expression {
      self = .gpt2
    } else if Self.cl100kExpressions(digits: #"\p{N}{1,3}"#).contains(expression) {
      self = .cl100k(digits: 3)
    } else if Self.cl100kExpressions(digits: #"\p{N}"#).contains(expression) {
      self = .cl100k(digits: 1)
    } else {
      return nil
    }
  }

  /// The index after the word that starts at `start`; words cover every text completely.
  package func endOfWord(at start: Int, in text: ArraySlice<UInt8>) -> Int {
    switch self {
    case .gpt2: Self.endOfGPT2Word(at: start, in: text)
    case .cl100k(let digits): Self.endOfCL100KWord(at: start, in: text, digits: digits)
    }
  }

  private static func endOfGPT2Word(at start: Int, in text: ArraySlice<UInt8>) -> Int {
    if let end = endOfContraction(at: start, in: text, ignoringCase: false) { return end }
    let body = text[start] == UInt8(ascii: " ") ? start + 1 : start
    if body < text.endIndex {
      let kind = ScalarClass(scalar(at: body, in: text).scalar)
      if kind != .whitespace { return endOfRun(of: kind, from: body, in: text) }
    }
    return endOfBlank(at: start, in: text)
  }

  private static func endOfCL100KWord(at start: Int, in text: ArraySlice<UInt8>, digits: Int) -> Int {
    if let end = endOfContraction(at: start, in: text, ignoringCase: true) { return end }
    let (first, length) = scalar(at: start, in: text)
    let kind = ScalarClass(first)
    if kind == .letter { return endOfRun(of: .letter, from: start, in: text) }
    let second = start + length
    // Letters include one preceding character that is not a letter, digit or line break: " the", "(the", "\tthe".
    if kind != .number, first != "\r", first != "\n", second < text.endIndex,
      ScalarClass(scalar(at: second, in: text).scalar) == .letter
    {
      return endOfRun(of: .letter, from: second, in: text)
    }
    if kind == .number {
      var (end, count) = (second, 1)
      while count < digits, end < text.endIndex {
        let (next, length) = scalar(at: end, in: text)
        guard ScalarClass(next) == .number else { break }
        (end, count) = (end + length, count + 1)
      }
      return end
    }
    let body = first == " " ? second : start
    if body < text.endIndex, ScalarClass(scalar(at: body, in: text).scalar) == .other {
      let end = endOfRun(of: .other, from: body, in: text)
      return text.endOfRun(from: end) { $0 == "\r" || $0 == "\n" }
    }
    // `\s*[\r\n]+`: whitespace up to its last line break.
    let end = endOfRun(of: .whitespace, from: start, in: text)
    if let lineBreak = text[start..<end].lastIndex(where: { $0 == 0x0A || $0 == 0x0D }) { return lineBreak + 1 }
    return endOfBlank(at: start, in: text)
  }

  /// `\s+(?!\S)|\s+`: whitespace, except that its last character is left for a following word.
  private static func endOfBlank(at start: Int, in text: ArraySlice<UInt8>) -> Int {
    let end = endOfRun(of: .whitespace, from: start, in: text)
    if end == text.endIndex { return end }
    let last = end - scalar(before: end, in: text).length
    return last > start ? last : end
  }

  private static func endOfRun(of kind: ScalarClass, from start: Int, in text: ArraySlice<UInt8>) -> Int {
    text.endOfRun(from: start) { ScalarClass($0) == kind }
  }

  /// The end of 's 't 're 've 'm 'll 'd.
  private static func endOfContraction(at start: Int, in text: ArraySlice<UInt8>, ignoringCase: Bool) -> Int? {
    guard text[start] == UInt8(ascii: "'"), start + 1 < text.endIndex else { return nil }
    // When case is folded, U+017F (long s) is an s.
    if ignoringCase, scalar(at: start + 1, in: text).scalar == "\u{17F}" { return start + 3 }
    let mask: UInt8 = ignoringCase ? 0x20 : 0
    let first = text[start + 1]
    switch first | mask {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
    default: break
    }
    guard start + 2 < text.endIndex else { return nil }
    switch (first | mask, text[start + 2] | mask) {
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return start + 3
    default: return nil
    }
  }
}
