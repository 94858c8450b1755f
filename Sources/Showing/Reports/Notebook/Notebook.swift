import ActivationStore
import Foundation

/// Writes a Jupyter notebook about a file of results: what was done in plain words, the figures, tables and intervals redrawn from the file,
/// and how to go on.
///
/// The notebook finds the file by the way from its own folder, needs h5py, xarray, matplotlib and numpy and nothing else, and carries its
/// outputs as they are when it is run: tables to the letter, figures as Patchbay draws them until matplotlib does. Everything comes from the
/// results file alone.
/// - Parameters:
///   - resultsPath: a file that `patchbay run`, `patchbay analyze` or `patchbay heads` wrote. One whose run has not come to its end will do.
///   - notebookPath: ends in .ipynb, in a folder that is there; a file of that name is written over, in one step.
/// - Throws: `StoreError` for results that cannot be read; `NotebookError`; `FigureError`.
public func writeNotebook(of resultsPath: String, to notebookPath: String) throws {
  let file = try ReportFile(resultsPath)
  try writeNotebook(of: file, try ReportParts.found(in: file), to: notebookPath)
}

/// The same of a file that is open.
func writeNotebook(of file: ReportFile, _ parts: [any ReportPart], to notebookPath: String) throws {
  guard notebookPath.hasSuffix(".ipynb") else { throw NotebookError.name(file: notebookPath) }
  var builder = NotebookBuilder(try NotebookSource(file, for: notebookPath), parts)
  for part in parts { try part.add(to: &builder) }
  let text = try NotebookDocument(cells: builder.finished()).text()
  do {
    try Data(text.utf8).write(to: URL(fileURLWithPath: notebookPath), options: .atomic)
  } catch {
    throw NotebookError.cannotWrite(file: notebookPath, reason: error.localizedDescription)
  }
}
