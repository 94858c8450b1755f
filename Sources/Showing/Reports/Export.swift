import Analysis
import Diagnostics
import Figures
import Tensors

/// Writes the report and the notebook of a file of results, analyses or heads, with figures and tables, from that file
/// alone.
///
/// `folder` is created if it does not exist. It gets `report.html`, `NAME.ipynb`, `figures/NAME.svg` and `.png`, and
/// `tables/NAME.csv`. Each file is written next to its destination and renamed; files of an earlier export with the
/// same names are replaced, others remain. The report of an unfinished results file (its attribute `complete` is 0)
/// says so.
/// - Parameters:
///   - resultsPath: a file of `patchbay run`, `patchbay analyze` or `patchbay heads`.
///   - pictures: whether figures are also drawn as PNG, which takes most of the time.
///   - check: called now and then; what it throws ends the export.
/// - Throws: `StoreError` for a file that cannot be read, `ReportError`, `NotebookError`, `FigureError`, and what
///   `check` throws.
@discardableResult
public func writeExports(
  of resultsPath: String, into folder: String, pictures: Bool = true, check: () throws -> Void = {}
) throws -> ExportedFiles {
  let file = try ReportFile(resultsPath)
  // What the report has read is released before the notebook reads it.
  let (report, figures, tables) = try writeReport(of: file, into: folder, pictures: pictures, check: check)
  try check()
  let notebook = "\(folder)/\(exportName(file.name)).ipynb"
  try writeNotebook(of: file, try ReportParts.found(in: file), to: notebook)
  return ExportedFiles(report: report, notebook: notebook, figures: figures, tables: tables)
}

private func writeReport(
  of file: ReportFile, into folder: String, pictures: Bool, check: () throws -> Void
) throws -> (report: String, figures: [String], tables: [String]) {
  let report = try Report(file, try ReportParts.found(in: file), check: check)
  try check()
  // Redraws and sign flips use tensors; pictures use other memory.
  Tensor.releaseMemory()
  for part in ["", "/figures", "/tables"] { try makeExportFolder(folder + part) }
  let figures = report.figures
  // A PNG takes ten times as long as everything else.
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

/// The name of a file's folder: for results, the experiment's name; for analyses and heads, the file's own, with
/// invalid characters removed.
/// - Throws: `StoreError`.
public func exportName(of resultsPath: String) throws -> String { exportName(try ReportFile.name(of: resultsPath)) }

private func exportName(_ title: String) -> String {
  let name = fileName(title)
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
