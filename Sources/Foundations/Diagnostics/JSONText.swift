extension JSONValue {
  /// The JSON text, indented by two spaces per level, with arrays of plain values on one line. Numbers that JSON cannot
  /// represent become null.
  package var text: String { text(indent: "") }

  /// An object with these pairs, in their order.
  package static func object(_ pairs: KeyValuePairs<String, JSONValue>) -> JSONValue {
    var object = JSONObject()
    for (key, value) in pairs { object.append(key: key, value: value) }
    return .object(object)
  }

  private var isPlain: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }

  private func text(indent: String) -> String {
    let inner = indent + "  "
    switch self {
    case .null: return "null"
    case .bool(let flag): return flag ? "true" : "false"
    case .integer(let integer): return "\(integer)"
    case .number(let number): return number.isFinite ? "\(number)" : "null"
    case .string(let string): return jsonString(string)
    case .array(let elements) where elements.allSatisfy(\.isPlain):
      return "[" + elements.map { $0.text(indent: "") }.joined(separator: ", ") + "]"
    case .array(let elements):
      return "[\n" + elements.map { inner + $0.text(indent: inner) }.joined(separator: ",\n") + "\n\(indent)]"
    case .object(let object) where object.count == 0: return "{}"
    case .object(let object):
      let members = object.members.map { "\(inner)\(jsonString($0.key)): \($0.value.text(indent: inner))" }
      return "{\n" + members.joined(separator: ",\n") + "\n\(indent)}"
    }
  }
}

package func jsonString(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case "\u{0}"..."\u{1F}", "\u{7F}":
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
