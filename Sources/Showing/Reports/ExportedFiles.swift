/// The files of an export.
public struct ExportedFiles: Hashable, Sendable {
  /// The report's path, and the notebook's.
  public var report: String, notebook: String
  /// Paths of the figures (SVG and PNG) and tables (CSV), in the order of the report.
  public var figures: [String], tables: [String]

  public init(report: String, notebook: String, figures: [String] = [], tables: [String] = []) {
    (self.report, self.notebook, self.figures, self.tables) = (report, notebook, figures, tables)
  }
}
