import ActivationStore
import LabelledArrays

/// The opening of a file of `patchbay heads`: its model and the inputs of the detectors.
struct HeadScoresOpening: ReportPart {
  let file: ReportFile

  init?(in file: ReportFile) throws {
    guard file.format == .heads else { return nil }
    self.file = file
  }

  func show(in report: inout Report, check: () throws -> Void) throws {
    report.facts += file.origin
  }

  func add(to notebook: inout NotebookBuilder) throws {
    let words = """
      # \(markdownWords(file.name))

      What the attention heads of \(markdownCode(file.model)) do. Everything here comes from one file, \(markdownCode(file.fileName)), which Patchbay \
      \(markdownWords(file.patchbayVersion)) wrote.

      \(NotebookBuilder.neededWords)
      """
    notebook.at(.opening) {
      $0.say("title", words)
      $0.addSetup()
      $0.addPlainNames()
    }
    notebook.at(.closing) { $0.addClosing(text: nil, what: "") }
  }
}
