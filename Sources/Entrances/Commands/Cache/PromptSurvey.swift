import ActivationStore
import ExperimentFile
import ModelGraph

/// What must be known about all prompts before the first is run: their number, the longest length, and their columns.
struct PromptSurvey: Sendable, Equatable {
  private(set) var count = 0
  private(set) var longest = 0
  private(set) var columns = PromptColumns()
  private(set) var arePairs = false

  /// Reads the whole file once.
  /// - Throws: `ExperimentError`, `CancellationError`.
  init(_ stream: PromptStream, file: String) throws {
    while let row = try stream.next() {
      if count % 256 == 0 { try Task.checkCancellation() }
      let isPair = row.corruptedTokens != nil
      if count > 0, isPair != arePairs {
        throw CommandError.mixedPrompts(file: file, prompt: count + 1, isPair: isPair)
      }
      arePairs = isPair
      count += 1
      longest = max(longest, row.cleanTokens.count)
      columns.formUnion(PromptColumns(of: [row]))
    }
    otherKeys = stream.otherKeys
    guard count > 0 else { throw ExperimentError.noPrompts(file: file) }
  }

  /// Keys of the file that are ignored.
  let otherKeys: [String]

  /// Whether a prompt has nothing that the survey has not seen.
  func announces(_ row: PromptRow) -> Bool {
    row.cleanTokens.count <= longest && (row.corruptedTokens != nil) == arePairs
      && columns.isSuperset(of: PromptColumns(of: [row]))
  }

  var runs: [StoredRun] { arePairs ? [.clean, .corrupted] : [.sole] }
}
