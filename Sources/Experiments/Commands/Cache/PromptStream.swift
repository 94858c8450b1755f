import ActivationStore
import Diagnostics
import ModelGraph

/// The prompts of a file as rows of tokens, one after another: what is in memory does not grow with the file.
///
/// A class because reading moves it on; used by one task.
final class PromptStream {
  private var lines: LineReader
  private let file: String
  private let reader: PromptReader
  private let vocabulary: Int
  private let context: Int?
  /// Keys that no line should have had, the first of each.
  private(set) var otherKeys: [String] = []
  /// How many prompts have been read.
  private(set) var count = 0

  /// - Throws: `ExperimentError` for a file that cannot be read; `RunError.wrongInput` for a model that takes no tokens.
  init(_ file: String, reader: PromptReader, graph: ModelGraph) throws {
    guard case .tokens(let vocabulary, let context) = graph.input else {
      throw CommandError.noTokensTaken(family: graph.family)
    }
    lines = try LineReader.opening(file)
    self.file = file
    self.reader = reader
    self.vocabulary = vocabulary
    self.context = context
  }

  /// The next prompt or pair, or nil after the last. Empty lines are passed over.
  /// - Throws: `ExperimentError` at the line.
  func next() throws -> PromptRow? {
    while let bytes = try lines.next() {
      if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      let place = Place(file: file, line: lines.line)
      let line = try PromptLine(bytes, at: place)
      for key in line.otherKeys where otherKeys.count < 8 && !otherKeys.contains(key) { otherKeys.append(key) }
      count += 1
      do {
        return try row(line, place)
      } catch let error as any DiagnosedError {
        if error is ExperimentError { throw error }
        throw ExperimentError.nested(place, error.kind, error.message)
      }
    }
    return nil
  }

  private func row(_ line: PromptLine, _ place: Place) throws -> PromptRow {
    var row: PromptRow
    switch line.content {
    case .single(let prompt, let key):
      row = PromptRow(cleanTokens: try tokens(prompt, key, place))
      row.text = prompt.text
    case .pair(let clean, let cleanKey, let corrupted, let corruptedKey):
      row = PromptRow(cleanTokens: try tokens(clean, cleanKey, place))
      let other = try tokens(corrupted, corruptedKey, place)
      guard other.count == row.cleanTokens.count else {
        throw ExperimentError.inFile(
          place,
          .differentLengths(clean: row.cleanTokens.map(reader.plainLabel), corrupted: other.map(reader.plainLabel)))
      }
      row.corruptedTokens = other
      row.corruptedTokenStrings = reader.strings(other)
      row.text = clean.text
    }
    row.cleanTokenStrings = reader.strings(row.cleanTokens)
    row.answerToken = try line.answer.map { try reader.answer($0, after: row.text, vocabulary: vocabulary, option: "answer_token") }
    row.wrongToken = try line.wrong.map { try reader.answer($0, after: row.text, vocabulary: vocabulary, option: "wrong_token") }
    row.label = line.label
    return row
  }

  private func tokens(_ prompt: Prompt, _ key: String, _ place: Place) throws -> [Int32] {
    let instead = key == "clean" || key == "corrupted" ? "\(key)_tokens" : "tokens"
    let tokens = try reader.tokens(of: prompt, option: instead)
    func problem(_ problem: FileProblem) -> ExperimentError { .inFile(place, problem) }
    if tokens.isEmpty { throw problem(.emptyPrompt(key: key)) }
    if let context, tokens.count > context {
      throw problem(.promptTooLong(key: key, tokens: tokens.count, context: context))
    }
    if let token = tokens.first(where: { $0 < 0 || $0 >= vocabulary }) {
      throw problem(.tokenOutOfRange(key: key, token: token, vocabulary: vocabulary, isFromText: prompt.text != nil))
    }
    return tokens
  }
}
