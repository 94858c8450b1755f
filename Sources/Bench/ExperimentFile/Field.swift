import Diagnostics
import Yams

/// A value of an experiment file, or of a line of a prompt file, with its place. Decoders do not distinguish YAML from
/// JSON.
///
/// It is read one level at a time: with aliases, a small YAML text can describe an enormous tree.
package struct Field {
  package enum Source {
    case yaml(Node)
    case json(JSONValue)
  }

  /// What a value is, one level deep.
  package enum Content {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([Field])
    case map([Member])
  }

  /// A key of a map and its value.
  package struct Member {
    package let key: String
    package let field: Field
  }

  package let source: Source
  package let place: Place
  /// Such as `sweeps[2].edit`; empty for the whole file.
  package let path: String

  package init(source: Source, place: Place, path: String) {
    self.source = source
    self.place = place
    self.path = path
  }

  /// A whole YAML text; nil if it is empty.
  /// - Parameter file: its name in messages.
  /// - Throws: `ExperimentError` with the line that is not valid YAML.
  package init?(yaml text: String, file: String) throws {
    guard let node = try compose(text, file: file) else { return nil }
    self.init(source: .yaml(node), place: Place(file: file, line: 1), path: "")
  }

  /// An error caused by this value.
  package func error(_ problem: FileProblem) -> ExperimentError { .inFile(place, problem) }

  /// - Throws: `FileProblem.keyNotText`.
  package func content() throws -> Content {
    switch source {
    case .json(let value): content(of: value)
    case .yaml(let node): try content(of: node)
    }
  }

  private func content(of value: JSONValue) -> Content {
    switch value {
    case .null: .null
    case .bool(let bool): .bool(bool)
    case .integer(let integer): .integer(integer)
    case .number(let number): .number(number)
    case .string(let text): .text(text)
    case .array(let elements):
      .list(elements.enumerated().map { Field(source: .json($1), place: place, path: "\(path)[\($0)]") })
    case .object(let object):
      .map(
        object.members.map {
          Member(key: $0.key, field: Field(source: .json($0.value), place: place, path: path(to: $0.key)))
        })
    }
  }

  private func content(of node: Node) throws -> Content {
    switch node {
    case .scalar(let scalar):
      return scalar.style == .plain ? PlainScalar.content(of: scalar.string) : .text(scalar.string)
    case .sequence(let sequence):
      return .list(
        sequence.enumerated().map { Field(source: .yaml($1), place: place(of: $1), path: "\(path)[\($0)]") })
    case .mapping(let mapping):
      return .map(
        try mapping.map { key, value in
          guard case .scalar(let name) = key else {
            throw ExperimentError.inFile(place(of: key), .keyNotText(path: path))
          }
          return Member(
            key: name.string, field: Field(source: .yaml(value), place: place(of: key), path: path(to: name.string)))
        })
    case .alias: return .null
    }
  }

  private func place(of node: Node) -> Place { Place(file: place.file, line: node.mark?.line ?? place.line) }

  private func path(to key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}

/// The meaning of a scalar without quotes, by the core schema of YAML 1.2, in which `no` and `on` are words.
private enum PlainScalar {
  static func content(of text: String) -> Field.Content {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    default: break
    }
    // Swift also reads "nan", "inf" and hexadecimal floats as numbers; YAML spells them differently.
    guard text.utf8.allSatisfy({ numberCharacters.contains($0) }) else { return .text(text) }
    if let integer = Int(text) { return .integer(integer) }
    if let number = Double(text), number.isFinite { return .number(number) }
    return .text(text)
  }

  private static let numberCharacters = Set("0123456789+-.eE".utf8)
}
