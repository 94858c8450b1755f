import ActivationStore
import Foundation

/// Writes a Jupyter notebook about a results file: what was done in plain words, the figures, tables and intervals redrawn from the file,
/// and how to go on.
///
/// The notebook finds the file by the way from its own folder, needs h5py, xarray, matplotlib and numpy and nothing else, and carries its
/// outputs as they are when it is run: tables to the letter, figures as Patchbay draws them until matplotlib does. Everything comes from the
/// results file alone.
/// - Parameters:
///   - resultsPath: a file of the format `patchbay-results`. One whose run has not come to its end will do.
///   - notebookPath: ends in .ipynb, in a folder that is there; a file of that name is written over, in one step.
/// - Throws: `StoreError` for results that cannot be read; `NotebookError`; `FigureError`.
public func writeNotebook(of resultsPath: String, to notebookPath: String) throws {
  guard notebookPath.hasSuffix(".ipynb") else { throw NotebookError.name(file: notebookPath) }
  let source = try NotebookSource(resultsPath, for: notebookPath)
  var builder = NotebookBuilder(source)
  try builder.addOpening()
  let sweeps = try builder.addSweeps()
  try builder.addReadouts()
  try builder.addSteering()
  try builder.addAdditivity()
  try builder.addNextSteps(sweeps)
  builder.addClosing()
  let text = try NotebookDocument(cells: builder.finished()).text()
  do {
    try Data(text.utf8).write(to: URL(fileURLWithPath: notebookPath), options: .atomic)
  } catch {
    throw NotebookError.cannotWrite(file: notebookPath, reason: error.localizedDescription)
  }
}

extension NotebookBuilder {
  /// Where it all came from.
  mutating func addClosing() {
    let header = source.header
    say(
      "closing",
      """
      # Where this came from

      Model \(markdownCode(header.model)), weights of SHA-256 \(markdownCode(header.modelSHA256)). The experiment as it was written:
      """)
    var text = header.experiment
    while text.unicodeScalars.last == "\n" { text.unicodeScalars.removeLast() }
    run("experiment", "print(about[\"experiment\"].rstrip(\"\\n\"))", [.text(text + "\n")])
  }
}
