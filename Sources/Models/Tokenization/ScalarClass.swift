/// The four classes that the splitting patterns of GPT-2 and its successors distinguish: `\p{L}`, `\p{N}`, `\s` and the
/// rest.
enum ScalarClass: UInt8, Sendable {
  case letter, number, whitespace, other

  init(_ scalar: Unicode.Scalar) {
    if scalar.value < 0x80 {
      self = Self.ascii[Int(scalar.value)]
      return
    }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: self = .letter
    case .decimalNumber, .letterNumber, .otherNumber: self = .number
    default: self = scalar.properties.isWhitespace ? .whitespace : .other
    }
  }

  private static let ascii: [ScalarClass] = (0..<0x80).map { value in
    switch UInt8(value) {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): .letter
    case UInt8(ascii: "0")...UInt8(ascii: "9"): .number
    case 0x09...0x0D, 0x20: .whitespace
    default: .other
    }
  }
}

extension Unicode.Scalar {
  /// `\w` of Unicode Technical Standard 18: alphabetic, marks, decimal digits, connectors and joiners.
  var isWord: Bool {
    if properties.isAlphabetic || properties.isJoinControl { return true }
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
    default: return false
    }
  }

  var isWhite: Bool { properties.isWhitespace }

  /// `\p{N}`
  var isNumber: Bool { ScalarClass(self) == .number }

  /// `\p{P}`, and ASCII's symbols.
  var isPunctuation: Bool {
    if value < 0x80 { return (0x21...0x7E).contains(value) && ScalarClass(self) == .other }
    switch properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      return true
    default: return false
    }
  }
}
