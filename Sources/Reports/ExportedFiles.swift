/// What an export has left in its folder.
public struct ExportedFiles: Hashable, Sendable {
  /// The report's path.
  public var report: String
  /// Paths of the figures (SVG and PNG) and tables (CSV), in the order of the report.
  public var figures: [String], tables: [String]

  public init(report: String, figures: [String] = [], tables: [String] = []) {
    (self.report, self.figures, self.tables) = (report, figures, tables)
  }
}
