/// GPT-2's reversible alphabet: a printable character for each of the 256 bytes, so that byte-level tokens can be
/// written as text. Printable Latin-1 bytes represent themselves; the other 68 are U+0100 to U+0143 in order ("Ġ" is
/// the space).
enum ByteAlphabet {
  /// The scalar of each byte.
  static let scalars: [Unicode.Scalar] = {
    var next: UInt32 = 0x100
    return (0..<256).map { (byte: UInt32) in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(UInt8(byte))
      default:
        defer { next += 1 }
        return Unicode.Scalar(next) ?? "\u{FFFD}"
      }
    }
  }()

  /// The byte of each scalar below U+0144; -1 if there is none.
  private static let bytes: [Int16] = {
    var bytes = [Int16](repeating: -1, count: 0x144)
    for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar.value)] = Int16(byte) }
    return bytes
  }()

  /// Appends the UTF-8 of the characters for `bytes`; all of them are below U+0800.
  static func append(_ bytes: ArraySlice<UInt8>, to text: inout [UInt8]) {
    for byte in bytes {
      let value = scalars[Int(byte)].value
      if value < 0x80 {
        text.append(UInt8(value))
      } else {
        text.append(0xC0 | UInt8(value >> 6))
        text.append(0x80 | UInt8(value & 0x3F))
      }
    }
  }

  /// The bytes that the characters of `text` represent; nil if a character is not in the alphabet.
  static func bytes(of text: String) -> [UInt8]? {
    var result: [UInt8] = []
    for scalar in text.unicodeScalars {
      guard scalar.value < 0x144, bytes[Int(scalar.value)] >= 0 else { return nil }
      result.append(UInt8(bytes[Int(scalar.value)]))
    }
    return result
  }
}
