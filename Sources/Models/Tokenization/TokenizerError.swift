import Diagnostics

/// Everything that can be wrong with a tokenizer's files, or with a text or ids given to it. `file` is a path that the
/// user can open; `path` is a place inside a JSON file ("model.vocab").
public enum TokenizerError: DiagnosedError, Equatable {
  // Files.
  case folderNotFound(String)
  case fileNotFound(String)
  case unreadable(file: String)
  case mergesMissing(folder: String)
  case vocabularyMissing(folder: String)
  case notUTF8(file: String, line: Int)

  // JSON.
  case brokenJSON(file: String, JSONError)
  case missingKey(file: String, path: String)
  case wrongType(file: String, path: String, expected: String, found: String)
  /// A value of the right type that is not allowed: an empty pattern, a template without its sequence.
  case badValue(file: String, path: String, value: String, expected: String)
  /// An unsupported model, normalizer, pre-tokenizer, post-processor or decoder.
  case unsupportedType(file: String, path: String, part: String, type: String, supported: [String])
  case unsupportedOption(file: String, path: String, value: String, supported: String)
  case badPattern(file: String, path: String, pattern: String, reason: String)

  // Vocabulary.
  case idOutOfRange(file: String, token: String, id: Int, limit: Int)
  case duplicateID(file: String, id: Int, first: String, second: String)
  case contradictoryID(file: String, token: String, first: Int, second: Int)
  /// A token whose id transformers would not give it.
  case addedIDNotNext(file: String, token: String, id: Int, next: Int)
  /// A merge that is not two tokens with a space between them; `place` is "line 5" or "model.merges[3]".
  case malformedMerge(file: String, place: String, merge: String)
  case mergeOutsideVocabulary(file: String, place: String, left: String, right: String, missing: String)

  // Use.
  /// A text contains something that the vocabulary cannot represent, and there is no unknown token.
  case unknownText(String)
  /// A regular expression of the tokenizer's files that takes too many steps over a text.
  case patternGivenUp(pattern: String, reason: String)
  case noSuchID(Int32, vocabularySize: Int)
  /// A beginning-of-text token was requested, but the tokenizer has none.
  case noBeginningOfText

  public var kind: FailureKind {
    switch self {
    case .folderNotFound, .fileNotFound, .unreadable, .mergesMissing, .vocabularyMissing: .inputNotFound
    default: .badData
    }
  }
}
