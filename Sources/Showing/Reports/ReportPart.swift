/// The answers of one kind of question in a file, and their display: a part of the page with figures and tables, and
/// cells of the notebook.
///
/// A kind of question is a folder of `Questions`. `ReportParts` lists the kinds; nothing else knows them.
protocol ReportPart: Sendable {
  /// Finds the kind's groups, from the file alone.
  /// - Returns: nil if the file has none.
  /// - Throws: `StoreError`.
  init?(in file: ReportFile) throws

  /// Whether its numbers are effects between the two unpatched runs, which the page then explains.
  var comparesRuns: Bool { get }
  /// How its numbers were computed, one paragraph each.
  var notes: [String] { get }

  /// Adds its sections, figures, tables and maps.
  /// - Parameter check: called between pieces; what it throws ends the export.
  /// - Throws: `StoreError`, `ReportError`, `FigureError`; what `check` throws.
  func show(in report: inout Report, check: () throws -> Void) throws

  /// Adds its cells.
  /// - Throws: as `show`.
  func add(to notebook: inout NotebookBuilder) throws
}

extension ReportPart {
  var comparesRuns: Bool { false }
  var notes: [String] { [] }
}

/// All kinds, by what they find in a file.
enum ReportParts {
  /// The openings of a file, one per format.
  static let openings: [any ReportPart.Type] = [
    ExperimentOpening.self, AnalysisOpening.self, HeadScoresOpening.self,
  ]

  /// The kinds of questions, in the order of the page and the notebook.
  static let questions: [any ReportPart.Type] = [
    SweepsReport.self, ReadoutsReport.self, MazeSteeringReport.self, AdditivityReport.self, HeadSummaryReport.self,
    AnalysesReport.self, HeadScoresReport.self,
  ]

  /// The parts of a file, its opening first.
  /// - Throws: `StoreError`.
  static func found(in file: ReportFile) throws -> [any ReportPart] {
    try (openings + questions).compactMap { kind -> (any ReportPart)? in try kind.init(in: file) }
  }
}
