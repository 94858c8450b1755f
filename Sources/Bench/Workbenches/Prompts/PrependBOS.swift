import ExperimentFile

/// Whether text prompts start with a beginning-of-text token. Raw values are the words of experiment files, where
/// `true` and `false` are written without quotes.
public enum PrependBOS: String, Sendable, Hashable, CaseIterable {
  /// What the tokenizer does itself.
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
