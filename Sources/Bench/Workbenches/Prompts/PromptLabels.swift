import Diagnostics
import ExperimentFile

/// Properties of prompts: their class, template or subject. Labels are texts; numbers and flags become texts as
/// written.
package enum PromptLabels {
  /// Whether this is a valid name of a label: files store each label under its name.
  package static func isName(_ key: String) -> Bool {
    (1...64).contains(key.utf8.count)
      && key.unicodeScalars.allSatisfy { $0.value > 0x20 && $0 != "/" && $0.value != 0x7F }
  }

  /// The text of a value; nil if it is not a single value.
  package static func text(_ value: JSONValue) -> String? {
    if let text = value.stringValue { return text }
    if let flag = value.boolValue { return flag ? "true" : "false" }
    if let integer = value.integerValue { return "\(integer)" }
    if let number = value.doubleValue { return "\(number)" }
    return nil
  }
}

extension Field {
  /// The text of a label; nil if nothing is written.
  package func label() throws -> String? {
    let content = try content()
    switch content {
    case .null: return nil
    case .text(let text): return text
    case .bool(let flag): return flag ? "true" : "false"
    case .integer(let integer): return "\(integer)"
    case .number(let number): return "\(number)"
    case .list, .map: throw error(.wrongType(path: path, found: content.description, expected: "text or a number"))
    }
  }

  /// A map of labels by name.
  func labels() throws -> [String: String] {
    let content = try content()
    guard case .map(let members) = content else {
      throw error(.wrongType(path: path, found: content.description, expected: "a map of labels by their names"))
    }
    var labels: [String: String] = [:]
    for member in members {
      guard PromptLabels.isName(member.key) else {
        throw member.field.error(
          .badLabelName(member.key))
      }
      labels[member.key] = try member.field.label()
    }
    return labels
  }
}
