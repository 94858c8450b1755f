/// A recursive-descent parser over bytes; `depthLimit` bounds its depth.
struct JSONParser {
  let bytes: [UInt8]
  let depthLimit: Int
  private var position = 0
  private var depth = 0

  init(bytes: [UInt8], depthLimit: Int) {
    self.bytes = bytes
    self.depthLimit = depthLimit
  }

  mutating func parseDocument() throws(JSONError) -> JSONValue {
    // Checked once for the whole text, so that strings can be cut out of it without further checks.
    if let invalid = offsetOfInvalidUTF8(in: bytes) { throw error(.invalidUTF8, at: invalid) }
    let value = try parseValue()
    skipWhitespace()
    if position < bytes.count { throw unexpected("the end of the text") }
    return value
  }

  private mutating func parseValue() throws(JSONError) -> JSONValue {
    skipWhitespace()
    guard position < bytes.count else { throw unexpected("a value") }
    switch bytes[position] {
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "{"): return .object(try parseObject())
    case UInt8(ascii: "["): return .array(try parseArray())
    case UInt8(ascii: "t") where skip("true"): return .bool(true)
    case UInt8(ascii: "f") where skip("false"): return .bool(false)
    case UInt8(ascii: "n") where skip("null"): return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
    default: throw unexpected("a value")
    }
  }

  private mutating func parseArray() throws(JSONError) -> [JSONValue] {
    try descend()
    defer { depth -= 1 }
    var elements: [JSONValue] = []
    if skipByte(UInt8(ascii: "]")) { return elements }
    while true {
      elements.append(try parseValue())
      if skipByte(UInt8(ascii: ",")) { continue }
      if skipByte(UInt8(ascii: "]")) { return elements }
      throw unexpected("',' or ']'")
    }
  }

  private mutating func parseObject() throws(JSONError) -> JSONObject {
    try descend()
    defer { depth -= 1 }
    var object = JSONObject()
    if skipByte(UInt8(ascii: "}")) { return object }
    while true {
      skipWhitespace()
      let start = position
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
      let key = try parseString()
      guard skipByte(UInt8(ascii: ":")) else { throw unexpected("':'") }
      let value = try parseValue()
      guard object.append(key: key, value: value) else { throw error(.duplicateKey(key), at: start) }
      if skipByte(UInt8(ascii: ",")) { continue }
      if skipByte(UInt8(ascii: "}")) { return object }
      throw unexpected("',' or '}'")
    }
  }

  /// Consumes the opening bracket.
  private mutating func descend() throws(JSONError) {
    if depth >= depthLimit { throw error(.tooDeep(limit: depthLimit), at: position) }
    depth += 1
    position += 1
  }

  // MARK: Strings

  /// Most strings have no escapes and are cut out of the text unchanged.
  private mutating func parseString() throws(JSONError) -> String {
    position += 1
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        defer { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
      }
      if byte == UInt8(ascii: "\\") { return try parseEscapedString(from: start) }
      if byte < 0x20 { throw error(.rawControlCharacter(byte), at: position) }
      position += 1
    }
    throw unexpected("'\"'")
  }

  private mutating func parseEscapedString(from start: Int) throws(JSONError) -> String {
    var text = Array(bytes[start..<position])
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        position += 1
        return String(decoding: text, as: UTF8.self)
      }
      if byte < 0x20 { throw error(.rawControlCharacter(byte), at: position) }
      if byte == UInt8(ascii: "\\") {
        text.append(contentsOf: UTF8.encode(try parseEscape()) ?? UTF8.encodedReplacementCharacter)
      } else {
        text.append(byte)
        position += 1
      }
    }
    throw unexpected("'\"'")
  }

  private mutating func parseEscape() throws(JSONError) -> Unicode.Scalar {
    let start = position
    guard start + 1 < bytes.count else {
      position = bytes.count
      throw unexpected("the rest of an escape")
    }
    position += 2
    switch bytes[start + 1] {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw error(.badEscape(shown(from: start, count: 2)), at: start)
    }
    guard let unit = hexadecimal(at: position) else { throw badEscape(at: start) }
    position += 4
    if let scalar = Unicode.Scalar(unit) { return scalar }
    // A first half must be followed by the escape of a second half.
    guard unit < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u"), let second = hexadecimal(at: position + 2), second & 0xFC00 == 0xDC00,
      let scalar = Unicode.Scalar(0x10000 + (unit & 0x3FF) << 10 + second & 0x3FF)
    else { throw error(.unpairedSurrogate(shown(from: start, count: 6)), at: start) }
    position += 6
    return scalar
  }

  private func badEscape(at start: Int) -> JSONError { error(.badEscape(shown(from: start, count: 6)), at: start) }

  private func hexadecimal(at start: Int) -> UInt32? {
    guard start + 4 <= bytes.count else { return nil }
    var value: UInt32 = 0
    for byte in bytes[start..<start + 4] {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
      default: return nil
      }
    }
    return value
  }

  // MARK: Numbers

  private mutating func parseNumber() throws(JSONError) -> JSONValue {
    let start = position
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    if position < bytes.count, bytes[position] == UInt8(ascii: "0") {
      position += 1
    } else {
      try skipDigits()
    }
    var isWhole = true
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      isWhole = false
      position += 1
      try skipDigits()
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      position += 1
      if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
        position += 1
      }
      try skipDigits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else {
      throw error(.numberOutOfRange(shown(from: start, count: position - start)), at: start)
    }
    return .number(number)
  }

  /// Consumes one or more digits.
  private mutating func skipDigits() throws(JSONError) {
    let start = position
    while position < bytes.count, bytes[position] &- UInt8(ascii: "0") <= 9 { position += 1 }
    if position == start { throw unexpected("a digit") }
  }

  // MARK: Advancing

  private mutating func skipWhitespace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  /// Whether `byte` comes next after whitespace; if so, it is consumed.
  private mutating func skipByte(_ byte: UInt8) -> Bool {
    skipWhitespace()
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func skip(_ word: StaticString) -> Bool {
    let length = word.utf8CodeUnitCount
    guard position + length <= bytes.count else { return false }
    let matches = word.withUTF8Buffer { $0.elementsEqual(bytes[position..<position + length]) }
    if matches { position += length }
    return matches
  }

  // MARK: Errors

  private func unexpected(_ expected: String) -> JSONError {
    guard position < bytes.count else { return error(.endsEarly(expected: expected), at: position) }
    return error(.unexpected(found: "'\(shown(from: position, count: 1))'", expected: expected), at: position)
  }

  /// At most 32 scalars of the text, for a message.
  private func shown(from start: Int, count: Int) -> String {
    let tail = String(decoding: bytes[start..<min(bytes.count, start + 4 * min(count, 32))], as: UTF8.self)
    return String(String.UnicodeScalarView(tail.unicodeScalars.prefix(min(count, 32)))) + (count > 32 ? "..." : "")
  }

  private func error(_ problem: JSONError.Problem, at offset: Int) -> JSONError {
    var (line, column) = (1, 1)
    for byte in bytes[..<offset] {
      if byte == 0x0A {
        (line, column) = (line + 1, 1)
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return JSONError(line: line, column: column, problem: problem)
  }
}
