import ActivationStore
import ExperimentFile
import Workbenches

/// The prompts of a file as rows of tokens, one after another; the memory in use does not grow with the file.
///
/// A class because reading changes its position; used by one task.
final class PromptStream {
  private var lines: LineReader
  private let file: String
  private let reader: PromptReader
  /// Unknown keys, each once.
  private(set) var otherKeys: [String] = []
  /// How many prompts have been read.
  private(set) var count = 0

  /// - Throws: `ExperimentError` for a file that cannot be read.
  init(_ file: String, reader: PromptReader) throws {
    lines = try LineReader.opening(file)
    self.file = file
    self.reader = reader
  }

  /// The next prompt or pair, or nil after the last. Empty lines are ignored.
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
      } catch let problem as FileProblem {
        throw ExperimentError.inFile(place, problem)
      } catch {
        throw ExperimentError.wrapping(error, at: place)
      }
    }
    return nil
  }

  private func row(_ line: PromptLine, _ place: Place) throws -> PromptRow {
    var row: PromptRow
    let answered: PromptSpec.Prompt
    switch line.content {
    case .single(let prompt, let key):
      row = PromptRow(cleanTokens: try reader.tokens(of: prompt, key: key, instead: "tokens"))
      answered = prompt
    case .pair(let clean, let cleanKey, let corrupted, let corruptedKey):
      row = PromptRow(cleanTokens: try reader.tokens(of: clean, key: cleanKey, instead: "clean_tokens"))
      let other = try reader.tokens(of: corrupted, key: corruptedKey, instead: "corrupted_tokens")
      guard other.count == row.cleanTokens.count else {
        throw FileProblem.differentLengths(
          clean: row.cleanTokens.map(reader.resolver.label), corrupted: other.map(reader.resolver.label))
      }
      row.corruptedTokens = other
      row.corruptedTokenStrings = reader.strings(other)
      answered = clean
    }
    if case .text(let text) = answered { row.text = text }
    row.cleanTokenStrings = reader.strings(row.cleanTokens)
    row.answerToken = try line.answer.map {
      try reader.token($0, after: answered, key: "answer", instead: "answer_token")
    }
    row.wrongToken = try line.wrong.map {
      try reader.token($0, after: answered, key: "wrong", instead: "wrong_token")
    }
    row.labels = line.labels
    return row
  }
}
