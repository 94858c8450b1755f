import Diagnostics

/// What can be wrong with what a command was asked for.
public enum CommandError: DiagnosedError, Equatable {
  /// A text was given to a model without a tokenizer; `option` takes token ids instead.
  case noTokenizer(folder: String, option: String)
  /// An answer must be one token; `tokens` are what it is.
  case answerNotOneToken(answer: String, tokens: [String])
  case answerOutsideVocabulary(token: Int32, vocabulary: Int)
  /// Both prompts as tokens, for them to be shown side by side.
  case unequalLengths(first: [String], second: [String])
  case noSuchLayer(Int, count: Int)
  /// The family has no such activation in its blocks.
  case noSuchActivation(hook: String, family: String)
  /// The model is not fed tokens.
  case noTokensTaken(family: String)
  /// Single prompts and pairs in one file; `prompt`, counted from one, is the first that is unlike those before it.
  case mixedPrompts(file: String, prompt: Int, isPair: Bool)
  /// The file was not the same when it was read for the second time.
  case promptsChanged(file: String)
  /// The output would take the place of an input.
  case outputIsInput(String)

  public var kind: FailureKind {
    switch self {
    case .noSuchLayer, .outputIsInput: .wrongUsage
    case .promptsChanged: .ioFailed
    default: .badData
    }
  }

  public var message: String {
    switch self {
    case .noTokenizer(let folder, let option):
      "\(folder): no tokenizer.json, and no vocab.json with merges.txt; give token ids with \(option)"
    case .answerNotOneToken(let answer, let tokens):
      tokens.isEmpty
        ? "answer '\(answer)' is no token; an answer must be exactly one"
        : """
        answer '\(answer)' is \(tokens.count) tokens (\(tokens.joined(separator: " "))); an answer must be exactly one, \
        and most begin with a space
        """
    case .answerOutsideVocabulary(let token, let vocabulary):
      "answer token \(token) is outside the vocabulary (0 to \(vocabulary - 1))"
    case .unequalLengths(let first, let second):
      "the prompts have \(first.count) and \(second.count) tokens; patching needs equally many\n"
        + sideBySide(first, second)
    case .noSuchLayer(let layer, let count):
      count == 0 ? "layer \(layer): the model has no layers" : "layer \(layer): the model's layers are 0 to \(count - 1)"
    case .noSuchActivation(let hook, let family): "this \(family) model has no '\(hook)'"
    case .noTokensTaken(let family): "a \(family) model takes no tokens"
    case .mixedPrompts(let file, let prompt, let isPair):
      "\(file): prompt \(prompt) is \(isPair ? "a pair" : "no pair"), those before it are \(isPair ? "not" : "pairs"); one file has one kind"
    case .promptsChanged(let file): "\(file): the file changed while it was read"
    case .outputIsInput(let path): "\(path): the output would take the place of the prompts"
    }
  }
}

/// Two lists of tokens in columns, from shortly before the place where they part to shortly after.
private func sideBySide(_ first: [String], _ second: [String]) -> String {
  let parting = zip(first, second).prefix { $0 == $1 }.count
  let longest = max(first.count, second.count)
  let shown = max(0, parting - 3)..<min(longest, parting + 9)
  func cell(_ tokens: [String], _ index: Int) -> String { tokens.indices.contains(index) ? tokens[index] : "-" }
  var table = TextTable(header: ["position", "first", "second", ""], alignments: [.right], indent: "  ")
  if shown.lowerBound > 0 { table.add(["...", "...", "..."]) }
  for index in shown {
    let mark = index == parting ? "<- they part here" : ""
    table.add(["\(index)", cell(first, index), cell(second, index), mark])
  }
  if shown.upperBound < longest { table.add(["...", "...", "..."]) }
  return table.text
}
