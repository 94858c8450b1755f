import Analysis
import Diagnostics
import Figures
import Tensors

/// Makes the report and the notebook of a results file, with figures and tables, from that file alone.
///
/// `folder` is made if it is not there; it gets `report.html`, `EXPERIMENT.ipynb`, `figures/NAME.svg` and `.png`, `tables/NAME.csv`. Each file is written beside its place and renamed; files
/// of an earlier export of the same names are replaced, others stay. An unfinished results file (its attribute `complete` is 0) gets a report that says so.
/// - Parameters:
///   - resultsPath: a results file (`patchbay-results`).
///   - pictures: whether figures are drawn as PNG too, which takes most of the time.
///   - check: asked now and then; what it throws ends the export.
/// - Throws: `StoreError` for what cannot be read, `ReportError`, `NotebookError`, `FigureError`, and what `check` throws.
@discardableResult
public func writeExports(
  of resultsPath: String, into folder: String, pictures: Bool = true, check: () throws -> Void = {}
) throws -> ExportedFiles {
  // What the report read is gone when the notebook reads.
  let (report, figures, tables) = try writeReport(of: resultsPath, into: folder, pictures: pictures, check: check)
  try check()
  let notebook = "\(folder)/\(try exportName(of: resultsPath)).ipynb"
  try writeNotebook(of: resultsPath, to: notebook)
  return ExportedFiles(report: report, notebook: notebook, figures: figures, tables: tables)
}

private func writeReport(
  of resultsPath: String, into folder: String, pictures: Bool, check: () throws -> Void
) throws -> (report: String, figures: [String], tables: [String]) {
  let report = try Report(try ReportData(resultsPath, check: check), check: check)
  try check()
  // Redraws and flips of signs take tensors; pictures take memory of their own.
  Tensor.releaseMemory()
  for part in ["", "/figures", "/tables"] { try makeExportFolder(folder + part) }
  let figures = report.figures
  // A picture takes ten times as long as everything else that is drawn.
  let kinds = pictures ? ["png", "svg"] : ["svg"]
  let drawn = try WorkerPool.map(count: figures.count * kinds.count) { number -> String in
    let figure = figures[number / kinds.count]
    let path = "\(folder)/figures/\(fileName(figure.name)).\(kinds[number % kinds.count])"
    try figure.figure.write(to: path)
    return path
  }
  try check()
  let tables = try report.tables.map { table -> String in
    let path = "\(folder)/tables/\(fileName(table.name)).csv"
    try writeText(table.text, to: path)
    return path
  }
  let path = "\(folder)/report.html"
  try writeText(report.page().text, to: path)
  return (path, drawn, tables)
}

/// The folder's name for a results file: the experiment's, as far as it is fit to be one.
public func exportName(of resultsPath: String) throws -> String {
  let name = fileName(try ReportData.name(of: resultsPath))
  return name.allSatisfy { $0 == "." } ? "report" : name
}

private func writeText(_ text: String, to path: String) throws {
  do { try writeWhole(Array(text.utf8), to: path) } catch FigureError.cannotWrite(let file, let reason) {
    throw ReportError.cannotWrite(file: file, reason: reason)
  }
}

private func makeExportFolder(_ folder: String) throws {
  if let reason = makeFolders(folder) { throw ReportError.cannotCreateFolder(folder, reason: reason) }
}
