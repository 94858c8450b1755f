import ActivationStore
import LabelledArrays

/// The readouts of the unpatched runs: a card per readout, by its reading.
struct ReadoutsReport: ReportPart {
  let readings: [any ReadingReport]

  init?(in file: ReportFile) throws {
    guard file.format == .results else { return nil }
    readings = try file.groups(of: Schema.readouts).map { group in
      try ReadingReports.kind(of: group).init(group, in: file)
    }
    if readings.isEmpty { return nil }
  }

  var notes: [String] { readings.flatMap(\.notes) }

  func show(in report: inout Report, check: () throws -> Void) throws {
    var cards: [String] = []
    for reading in readings {
      try check()
      let body = try reading.card(in: &report)
      cards.append((["<h3>\(html(reading.group.name))</h3>"] + body).joined(separator: "\n"))
    }
    report.addSection(Schema.readouts.name, "Readouts of the unpatched runs", cards: cards, hasMaps: true)
  }

  func add(to notebook: inout NotebookBuilder) throws {
    for reading in readings { try reading.add(to: &notebook) }
  }
}

/// The display of one readout. Each reading is a file; `ReadingReports.all` lists them.
protocol ReadingReport: Sendable {
  /// The value of the attribute `read` of such a readout.
  static var word: String { get }
  /// Whether a readout without the attribute is one of these.
  static func recognises(_ group: StoredGroup) -> Bool

  /// - Throws: `StoreError`.
  init(_ group: StoredGroup, in file: ReportFile) throws

  var group: StoredGroup { get }
  var notes: [String] { get }

  /// The card's pieces of HTML below its heading; adds figures, tables and maps.
  /// - Throws: `StoreError`, `FigureError`, `AnalysisError`.
  func card(in report: inout Report) throws -> [String]
  /// - Throws: as `card`.
  func add(to notebook: inout NotebookBuilder) throws
}

extension ReadingReport {
  static func recognises(_ group: StoredGroup) -> Bool { false }
  var notes: [String] { [] }
}

enum ReadingReports {
  static let all: [any ReadingReport.Type] = [
    DirectLogitAttributionReport.self, AttentionReport.self, LogitLensReport.self, TopTokensReport.self,
  ]

  /// By a readout's attribute, or by its contents.
  static func kind(of group: StoredGroup) -> any ReadingReport.Type {
    if let word = group.attributes[Schema.Readout.read]?.plain {
      return all.first { $0.word == word } ?? OtherReadingReport.self
    }
    return all.first { $0.recognises(group) } ?? OtherReadingReport.self
  }
}

/// A reading that this version does not know, such as one of a newer version: its numbers as a table.
struct OtherReadingReport: ReadingReport {
  static let word = ""
  let group: StoredGroup

  init(_ group: StoredGroup, in file: ReportFile) throws { self.group = group }

  func card(in report: inout Report) throws -> [String] {
    report.tables.append(try Table(try group.floats(), name: "readout-\(group.name)"))
    let word = group.attributes[Schema.Readout.read]?.plain
    return [
      "<p>\(word.map { "The reading <code>\(html($0))</code>" } ?? "This reading") is unknown to this version of Patchbay. Its numbers are in tables/.</p>"
    ]
  }

  func add(to notebook: inout NotebookBuilder) throws {}
}
