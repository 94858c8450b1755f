import ActivationStore
import LabelledArrays

/// The results of analyses of cached activations: a card for each analysis, by its kind.
struct AnalysesReport: ReportPart {
  let file: ReportFile
  let studies: [any StudyReport]

  init?(in file: ReportFile) throws {
    guard file.format == .analysis else { return nil }
    studies = try file.groups(of: Schema.analyses).map { group in
      StudyReports.kind(of: group).init(StudyPlaces(group, in: file))
    }
    self.file = file
    if studies.isEmpty { return nil }
  }

  var notes: [String] { studies.flatMap(\.notes) }

  func show(in report: inout Report, check: () throws -> Void) throws {
    for study in studies {
      try check()
      let group = study.places.group
      let body = try study.card(in: &report)
      let kind = group.attributes[Schema.Analysis.kind]?.plain ?? "analysis"
      report.addSection(
        "analysis-\(fileName(group.name))", "\(group.name): \(type(of: study).title ?? kind)",
        cards: [
          ([study.places.sentence].filter { !$0.isEmpty }.map { "<p>\(html($0))</p>" } + body).joined(separator: "\n")
        ],
        hasMaps: true)
    }
  }

  func add(to notebook: inout NotebookBuilder) throws {
    for study in studies { try study.add(to: &notebook) }
  }
}

/// The card of one kind of analysis. Each kind is a file; `StudyReports.all` lists them.
protocol StudyReport: Sendable {
  /// The value of the attribute `kind` in the file.
  static var word: String { get }
  /// The kind in plain words; nil if there are none.
  static var title: String? { get }

  init(_ places: StudyPlaces)
  var places: StudyPlaces { get }
  var notes: [String] { get }
  /// The measures that the notebook prints, along the same axes.
  var printed: [String] { get }

  /// The card's pieces of HTML; adds figures, tables and maps.
  /// - Throws: `StoreError`, `FigureError`, `AnalysisError`.
  func card(in report: inout Report) throws -> [String]
  /// - Throws: as `card`.
  func add(to notebook: inout NotebookBuilder) throws
}

enum StudyReports {
  static let all: [any StudyReport.Type] = [
    ReadersStudyReport.self, ProbesStudyReport.self, ComponentsStudyReport.self, SeparationStudyReport.self,
    ClustersStudyReport.self, SimilarityStudyReport.self, NormsStudyReport.self, TrajectoryStudyReport.self,
    UnitsStudyReport.self, MatrixStudyReport.self,
  ]

  static func kind(of group: StoredGroup) -> any StudyReport.Type {
    let word = group.attributes[Schema.Analysis.kind]?.plain
    return all.first { $0.word == word } ?? OtherStudyReport.self
  }
}

/// An analysis of an unknown kind, such as one of a newer version.
struct OtherStudyReport: StudyReport {
  static let word = ""
  static let title: String? = nil
  let places: StudyPlaces

  init(_ places: StudyPlaces) { self.places = places }

  var printed: [String] { [] }

  func card(in report: inout Report) throws -> [String] {
    [
      "<p>This kind of analysis is unknown to this version of Patchbay. Its numbers are in <code>\(html(places.group.path))</code> of the file.</p>"
    ]
  }
}

extension StudyReport {
  var notes: [String] { [] }

  /// The measures at every place as a table.
  func add(to notebook: inout NotebookBuilder) throws {
    guard let first = printed.first, let axes = places.group.axes(of: first) else { return }
    let measures = try printed.filter { places.group.axes(of: $0) == axes }.map { try places.group.values($0) }
    let most = 40
    var rows: [[String]] = []
    for cell in 0..<axes.shape.count where rows.count < most && measures[0].doubleValues[cell].isFinite {
      rows.append(
        zip(axes, axes.shape.unravel(cell)).map { $0.labels.texts[$1] }
          + measures.map { notebookNumber($0.doubleValues[cell]) })
    }
    guard !rows.isEmpty else { return }
    let name = places.group.name
    notebook.say(
      "analysis-\(name)-words",
      "## \(markdownWords(name)): \(markdownWords(Self.title ?? places.group.text(Schema.Analysis.kind) ?? ""))\n\n\(markdownWords(places.sentence))"
    )
    notebook.run(
      "analysis-\(name)",
      """
      study = read(\(pythonLiteral(places.group.readPath)))
      places(study, \(pythonList(measures.map(\.name))))
      """, uses: [.read, .places], [.text(notebookTable(axes.map(\.name) + measures.map(\.name), rows))])
  }
}
