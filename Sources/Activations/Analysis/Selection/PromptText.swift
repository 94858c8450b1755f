import Foundation

/// The text of a prompt's tokens together, and the token that each character belongs to.
struct PromptText {
  /// A character and the tokens that its bytes belong to. A character may span several tokens, and a token may contain
  /// several characters.
  private struct Letter {
    let scalar: Unicode.Scalar
    let tokens: Range<Int>
  }

  private let letters: [Letter]

  /// - Parameters:
  ///   - tokens: each token's readable text; bytes that are not text by themselves are written "<0xE2>".
  ///   - areWords: whether tokens are separated by spaces that they do not contain, as in word-level tokenizers.
  init(tokens: [String], areWords: Bool) {
    var (bytes, owners): ([UInt8], [Int]) = ([], [])
    for (index, token) in tokens.enumerated() {
      if areWords, index > 0 {
        bytes.append(UInt8(ascii: " "))
        owners.append(index)
      }
      for byte in Self.bytes(of: token) {
        bytes.append(byte)
        owners.append(index)
      }
    }
    var letters: [Letter] = []
    var start = 0
    while start < bytes.count {
      let (scalar, length) = Self.scalar(at: start, in: bytes)
      letters.append(Letter(scalar: scalar, tokens: owners[start]..<owners[start + length - 1] + 1))
      start += length
    }
    self.letters = letters
  }

  /// Where some words occur.
  struct Occurrences {
    /// The tokens that contain any part of each occurrence, in order; occurrences do not overlap.
    var whole: [Range<Int>] = []
    /// Whether they also occur inside a longer word.
    var areInsideWords = false
  }

  /// Finds words exactly as written. If there are none, ignores capitals, composed letters and kinds of space, which
  /// tokenizers may change.
  func occurrences(of words: String) -> Occurrences {
    let wanted = Array(words.unicodeScalars)
    let exact = occurrences(of: wanted, in: letters)
    if !exact.whole.isEmpty || exact.areInsideWords { return exact }
    return occurrences(
      of: wanted.flatMap(Self.folded),
      in: letters.flatMap { letter in Self.folded(letter.scalar).map { Letter(scalar: $0, tokens: letter.tokens) } })
  }

  private func occurrences(of wanted: [Unicode.Scalar], in letters: [Letter]) -> Occurrences {
    var found = Occurrences()
    guard let first = wanted.first, let last = wanted.last else { return found }
    var start = 0
    while start + wanted.count <= letters.count {
      let end = start + wanted.count
      guard letters[start].scalar == first, zip(letters[start..<end], wanted).allSatisfy({ $0.scalar == $1 }) else {
        start += 1
        continue
      }
      let isCut =
        (start > 0 && Self.isInside(letters[start - 1].scalar, first))
        || (end < letters.count && Self.isInside(last, letters[end].scalar))
      if isCut {
        found.areInsideWords = true
        start += 1
      } else {
        found.whole.append(letters[start].tokens.lowerBound..<letters[end - 1].tokens.upperBound)
        start = end
      }
    }
    return found
  }

  // MARK: Characters

  /// Whether two adjacent characters belong to the same word.
  private static func isInside(_ left: Unicode.Scalar, _ right: Unicode.Scalar) -> Bool {
    guard isOfWord(left), isOfWord(right) else { return false }
    // An accent belongs to the letter before it in every script.
    if isMark(right) { return true }
    return !isWrittenWithoutSpaces(left) && !isWrittenWithoutSpaces(right)
  }

  private static func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .decimalNumber, .letterNumber, .otherNumber: true
    default: scalar.properties.isAlphabetic || isMark(scalar)
    }
  }

  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: true
    default: false
    }
  }

  /// Scripts that are written without spaces between words, and Korean, in which particles follow words without one.
  private static func isWrittenWithoutSpaces(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0E00...0x0EFF,  // Thai, Lao
      0x0F00...0x109F,  // Tibetan, Burmese
      0x1780...0x17FF,  // Khmer
      0x1100...0x11FF, 0x3130...0x318F, 0xA960...0xA97F, 0xAC00...0xD7FF,  // Hangul
      0x2E80...0x2FDF, 0x3005...0x3007, 0x3021...0x3029, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF,  // Han
      0x20000...0x3FFFF,
      0x3040...0x312F, 0x31A0...0x31BF, 0x31F0...0x31FF, 0xFF66...0xFF9F:  // kana, bopomofo
      true
    default: false
    }
  }

  /// The character in lower case, with accents separated from their letters and any space as a plain one.
  private static func folded(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    if scalar.properties.isWhitespace { return [" "] }
    let plain = String(Character(scalar)).decomposedStringWithCanonicalMapping.lowercased()
    return Array(plain.unicodeScalars)
  }

  // MARK: Bytes

  /// The bytes of a token; "<0xE2>" is one byte. Bytes below 0x80 are never written this way.
  private static func bytes(of token: String) -> [UInt8] {
    let text = Array(token.utf8)
    guard token.contains("<0x") else { return text }
    var (bytes, index): ([UInt8], Int) = ([], 0)
    while index < text.count {
      if index + 6 <= text.count, text[index..<index + 3].elementsEqual("<0x".utf8),
        text[index + 5] == UInt8(ascii: ">"),
        let byte = UInt8(String(decoding: text[index + 3..<index + 5], as: UTF8.self), radix: 16), byte >= 0x80
      {
        bytes.append(byte)
        index += 6
      } else {
        bytes.append(text[index])
        index += 1
      }
    }
    return bytes
  }

  /// The character that begins at an index, and the number of its bytes; U+FFFD and 1 if the bytes are not valid.
  private static func scalar(at index: Int, in bytes: [UInt8]) -> (scalar: Unicode.Scalar, length: Int) {
    let first = bytes[index]
    let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    let end = min(index + length, bytes.count)
    var decoder = UTF8()
    var iterator = bytes[index..<end].makeIterator()
    guard case .scalarValue(let scalar) = decoder.decode(&iterator), scalar.utf8.count == length else {
      return ("\u{FFFD}", 1)
    }
    return (scalar, length)
  }
}
