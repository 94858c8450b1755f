import Diagnostics
import ExperimentFile

/// Files of prompt pairs: a JSON object per line, with the keys of pairs in an experiment file. Empty lines are
/// ignored.
public enum PromptFile {
  /// - Throws: `ExperimentError`, which names the line.
  public static func read(_ file: String) throws -> [PromptSpec] {
    try parse(try readBytes(file), file: file)
  }

  /// Reads the bytes of a prompt file.
  /// - Parameter file: its name in messages.
  public static func parse(_ bytes: [UInt8], file: String) throws -> [PromptSpec] {
    var prompts: [PromptSpec] = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.allSatisfy(isBlank) {
      let place = Place(file: file, line: index + 1)
      let value: JSONValue
      do {
        value = try JSONValue(parsing: Array(line))
      } catch {
        throw ExperimentError.brokenJSON(
          file: file, JSONError(line: index + 1, column: error.column, problem: error.problem))
      }
      let field = Field(source: .json(value), place: place, path: "")
      guard case .object = value else {
        throw field.error(.lineIsNoPair(found: try field.content().description))
      }
      prompts.append(try field.pair())
    }
    guard !prompts.isEmpty else { throw ExperimentError.noPrompts(file: file) }
    return prompts
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
}
