/// Turns tokens back into text.
///
/// A decoder maps a list of pieces of text to another; the final pieces are concatenated.
indirect enum TokenDecoder: Sendable {
  case sequence([TokenDecoder])
  /// Characters of the byte alphabet become their bytes; all tokens together are one UTF-8 text.
  case byteLevel
  case replace(TextPattern, with: [UInt8])
  /// "<0x41>" becomes a byte; adjacent bytes become UTF-8 text, or U+FFFD for each of them if they are not UTF-8.
  case byteFallback
  case fuse
  /// Up to this many of a character are removed from the ends of each piece.
  case strip(Unicode.Scalar, start: Int, stop: Int)
  case metaspace(replacement: Unicode.Scalar, dropsFirst: Bool)

  /// - Throws: `patternGivenUp`.
  func decode(_ tokens: [String]) throws(TokenizerError) -> [String] {
    switch self {
    case .sequence(let steps):
      var tokens = tokens
      for step in steps { tokens = try step.decode(tokens) }
      return tokens
    case .byteLevel:
      let bytes = tokens.flatMap { ByteAlphabet.bytes(of: $0) ?? Array($0.utf8) }
      return [String(decoding: bytes, as: UTF8.self)]
    case .replace(let pattern, let content):
      var replaced: [String] = []
      for token in tokens { replaced.append(try Self.replace(pattern, with: content, in: token)) }
      return replaced
    case .byteFallback: return Self.fuseBytes(tokens)
    case .fuse: return [tokens.joined()]
    case .strip(let content, let start, let stop):
      return tokens.map { token in
        var scalars = token.unicodeScalars[...]
        for _ in 0..<min(start, scalars.count) where scalars.first == content { scalars.removeFirst() }
        for _ in 0..<min(stop, scalars.count) where scalars.last == content { scalars.removeLast() }
        return String(scalars)
      }
    case .metaspace(_, let dropsFirst):
      return tokens.enumerated().map { index, token in
        index == 0 && dropsFirst ? spaced(token, by: "") : spaced(token, by: " ")
      }
    }
  }

  /// A single token as readable text, without what depends on its neighbours or its place in the text.
  func label(_ token: String) -> String {
    switch self {
    case .sequence(let steps): steps.reduce(token) { $1.label($0) }
    case .byteLevel: ByteAlphabet.bytes(of: token).map(readable) ?? token
    case .replace(let pattern, let content):
      // A single token is too short for a pattern to be given up; should that happen, the token is shown as in the
      // vocabulary.
      (try? Self.replace(pattern, with: content, in: token)) ?? token
    case .byteFallback: Self.byte(of: token).map { readable([$0]) } ?? token
    case .fuse, .strip: token
    case .metaspace: spaced(token, by: " ")
    }
  }

  private static func replace(
    _ pattern: TextPattern, with content: [UInt8], in token: String
  ) throws(TokenizerError) -> String {
    String(decoding: try Normalizer.replace(pattern, with: content, in: Array(token.utf8)), as: UTF8.self)
  }

  private func spaced(_ token: String, by space: String) -> String {
    guard case .metaspace(let replacement, _) = self else { return token }
    var result = ""
    for scalar in token.unicodeScalars {
      if scalar == replacement { result += space } else { result.unicodeScalars.append(scalar) }
    }
    return result
  }

  /// The byte of "<0x41>".
  static func byte(of token: String) -> UInt8? {
    let bytes = Array(token.utf8)
    guard bytes.count == 6, token.hasPrefix("<0x"), token.hasSuffix(">") else { return nil }
    return UInt8(String(decoding: bytes[3..<5], as: UTF8.self), radix: 16)
  }

  private static func fuseBytes(_ tokens: [String]) -> [String] {
    var result: [String] = []
    var bytes: [UInt8] = []
    func flush() {
      if bytes.isEmpty { return }
      if isUTF8(bytes) {
        result.append(String(decoding: bytes, as: UTF8.self))
      } else {
        result.append(String(repeating: "\u{FFFD}", count: bytes.count))
      }
      bytes.removeAll()
    }
    for token in tokens {
      if let byte = byte(of: token) {
        bytes.append(byte)
      } else {
        flush()
        result.append(token)
      }
    }
    flush()
    return result
  }
}
