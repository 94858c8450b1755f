import ActivationStore
import Foundation

/// Writes a Jupyter notebook about a file of results: a plain description of what was done; the figures, tables and
/// intervals redrawn from the file; and next steps.
///
/// The notebook finds the file by its path relative to the notebook's folder, needs only h5py, xarray, matplotlib and
/// numpy, and has the outputs that running it gives: identical tables, and figures drawn by Patchbay until matplotlib
/// draws them. Everything comes from the results file alone.
/// - Parameters:
///   - resultsPath: a file of `patchbay run`, `patchbay analyze` or `patchbay heads`; its run may be unfinished.
///   - notebookPath: ends in .ipynb, in an existing folder; an existing file is replaced atomically.
/// - Throws: `StoreError` for results that cannot be read; `NotebookError`; `FigureError`.
public func writeNotebook(of resultsPath: String, to notebookPath: String) throws {
  let file = try ReportFile(resultsPath)
  try writeNotebook(of: file, try ReportParts.found(in: file), to: notebookPath)
}

/// The same for an open file.
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
