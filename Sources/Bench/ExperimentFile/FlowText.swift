import Diagnostics

extension JSONValue {
  /// The value in YAML, on one line: `{name: heads, over: [layer, head]}`. NaN and infinities, which no file has, are
  /// `.nan`.
  package var flowText: String {
    switch self {
    case .null: "null"
    case .bool(let flag): "\(flag)"
    case .integer(let integer): "\(integer)"
    case .number(let number): number.isFinite ? "\(number)" : ".nan"
    case .string(let text): Self.isPlain(text) ? text : Self.quoted(text)
    case .array(let elements): "[\(elements.map(\.flowText).joined(separator: ", "))]"
    case .object(let object):
      "{\(object.members.map { "\(JSONValue.string($0.key).flowText): \($0.value.flowText)" }.joined(separator: ", "))}"
    }
  }

  /// Whether YAML reads this text as a text without quotes.
  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.utf8.first, isLetter(first), !reserved.contains(text.lowercased()) else { return false }
    return text.utf8.allSatisfy { isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == 0x2D }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
  }

  /// Words that some YAML parser does not read as text.
  private static let reserved: Set<String> = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]

  /// A text in double quotes; line separators and characters that YAML does not allow are escaped.
  private static func quoted(_ text: String) -> String {
    var result = ""
    for scalar in jsonString(text).unicodeScalars {
      switch scalar.value {
      case 0x80...0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension JSONObject {
  /// Adds a member, if there is a value.
  package mutating func add(_ key: String, _ value: JSONValue?) {
    if let value { append(key: key, value: value) }
  }
}

extension JSONValue {
  /// A list of words.
  package static func words(_ words: some Sequence<String>) -> JSONValue { .array(words.map { .string($0) }) }

  /// A number or a list of them.
  package static func numbers(_ numbers: [Float]) -> JSONValue {
    let all = numbers.map { JSONValue.number(shortest($0)) }
    return all.count == 1 ? all[0] : .array(all)
  }

  /// A seed. One that no file can have becomes a text, which is rejected when it is read.
  package static func seed(_ seed: UInt64) -> JSONValue {
    Int(exactly: seed).map { .integer($0) } ?? .string("\(seed)")
  }
}
