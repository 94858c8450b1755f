import ExperimentFile

/// Whether text prompts get a token for the beginning of the text. Raw values are the words of experiment files, where `true` and `false`
/// are written without quotes.
public enum PrependBOS: String, Sendable, Hashable, CaseIterable {
  /// What the tokenizer does by itself.
  case automatic = "auto"
  case always = "true"
  case never = "false"
}

extension Field {
  /// `auto`, `true` or `false`.
  package func prependBOS() throws -> PrependBOS {
    switch try content() {
    case .bool(true): return .always
    case .bool(false): return .never
    case .text("auto"): return .automatic
    case let other: throw error(.wrongType(path: path, found: other.description, expected: "auto, true or false"))
    }
  }
}
