import Diagnostics

extension TokenizerError {
  public var message: String {
    switch self {
    case .folderNotFound(let folder): "\(folder): there is no such folder"
    case .fileNotFound(let file): "\(file): there is no such file"
    case .unreadable(let file): "\(file): the file cannot be read"
    case .mergesMissing(let folder):
      "\(folder): vocab.json is there but merges.txt is not; a tokenizer needs tokenizer.json, or both of these"
    case .vocabularyMissing(let folder):
      "\(folder): merges.txt is there but vocab.json is not; a tokenizer needs tokenizer.json, or both of these"
    case .notUTF8(let file, let line): "\(file): line \(line) is not UTF-8 text"

    case .brokenJSON(let file, let error): "\(file): \(error.message)"
    case .missingKey(let file, let path): "\(file): the key \(quoted(path)) is missing"
    case .wrongType(let file, let path, let expected, let found):
      "\(file): \(place(path)) must be \(expected), not \(found)"
    case .badValue(let file, let path, let value, let expected):
      "\(file): \(place(path)) is \(quoted(value)); it must be \(expected)"
    case .unsupportedType(let file, let path, let part, let type, let supported):
      "\(file): \(place(path)): the \(part) \(quoted(type)) is not supported (supported: \(list(supported)))"
    case .unsupportedOption(let file, let path, let value, let supported):
      "\(file): \(place(path)): the value \(quoted(value)) is not supported (supported: \(supported))"
    case .badPattern(let file, let path, let pattern, let reason):
      "\(file): \(place(path)): the regular expression \(quoted(pattern)) cannot be read: \(visible(reason))"

    case .idOutOfRange(let file, let token, let id, let limit):
      "\(file): the token \(quoted(token)) has the id \(id); ids go from 0 to \(limit - 1)"
    case .duplicateID(let file, let id, let first, let second):
      "\(file): the tokens \(quoted(first)) and \(quoted(second)) have the same id \(id)"
    case .contradictoryID(let file, let token, let first, let second):
      "\(file): the token \(quoted(token)) has two ids, \(first) and \(second)"
    case .addedIDNotNext(let file, let token, let id, let next):
      "\(file): the added token \(quoted(token)) has the id \(id), but transformers numbers added tokens one after another "
        + "and would make it \(next); add the tokens between the two, or put it into a tokenizer.json"
    case .malformedMerge(let file, let place, let merge):
      "\(file): \(place): the merge \(quoted(merge)) must be two tokens with one space between them"
    case .mergeOutsideVocabulary(let file, let place, let left, let right, let missing):
      "\(file): \(place): the merge of \(quoted(left)) and \(quoted(right)) needs the token \(quoted(missing)), "
        + "which is not in the vocabulary"

    case .unknownText(let text):
      "the tokenizer has no token for \(quoted(text)), and no unknown token to use instead"
    case .patternGivenUp(let pattern, let reason):
      "the tokenizer's regular expression \(quoted(pattern)) was given up over this text: \(visible(reason))"
    case .noSuchID(let id, let vocabularySize):
      "there is no token with the id \(id); ids go from 0 to \(vocabularySize - 1)"
    case .noBeginningOfText:
      "prepend_bos: true asks for a beginning-of-text token, but the tokenizer has none"
    }
  }
}

/// The root of a file has an empty path.
private func place(_ path: String) -> String { path.isEmpty ? "the file" : quoted(path) }

private func list(_ names: [String]) -> String { names.joined(separator: ", ") }

private func quoted(_ text: String) -> String { "'\(visible(text))'" }
