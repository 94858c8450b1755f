import ActivationStore
import Foundation
import LabelledArrays

/// The file from which alone a report is made: what all kinds of questions need from it. Each kind reads its own
/// groups.
struct ReportFile: Sendable {
  let path: String
  let format: FileFormat
  /// The name of the file: for results, the experiment's name.
  let name: String
  /// The experiment or analysis file's text; empty if there is none.
  let text: String
  /// The root attributes without a property here.
  let attributes: [String: Attribute]
  /// As in the file, with the SHA-256 of its weights; empty in files of several models.
  let model: String, modelSHA256: String
  let patchbayVersion: String
  /// `denoise` or `noise`; empty except in results.
  let direction: String
  /// The metrics of results, the shown one first.
  let metrics: [String]
  /// Metrics of the unpatched runs, one number per example; empty except in results.
  let clean: [String: [Float]], corrupted: [String: [Float]]
  let prompts: [PromptRow]
  let tokens: TokenAxis
  /// Whether the run has finished.
  let isComplete: Bool
  let store: StoreReader
  private let names: ResultsNames

  /// The formats that can be reported.
  static let formats: [FileFormat] = [.results, .analysis, .heads]

  /// - Throws: `StoreError`.
  init(_ path: String) throws {
    let store = try StoreReader(path, expecting: Self.formats)
    (self.path, self.store, isComplete) = (path, store, store.isComplete)
    format = store.format ?? .results
    let header: ResultsHeader
    if format == .results {
      let results = ResultsReader(store)
      header = try results.header()
      names = ResultsNames(header, format, path)
      let runs = try results.baselineRuns()
      clean = runs.contains(.clean) ? try results.baseline(.clean) : [:]
      corrupted = runs.contains(.corrupted) ? try results.baseline(.corrupted) : [:]
      metrics = names.metrics(Set(clean.keys).union(corrupted.keys))
      prompts = try results.prompts()
    } else {
      header = try Self.header(store)
      names = ResultsNames(header, format, path)
      (clean, corrupted, metrics, prompts) = ([:], [:], [], [])
    }
    tokens = TokenAxis(prompts)
    name = names.title
    (text, attributes, direction) = (header.experiment, header.attributes, header.direction)
    (model, modelSHA256, patchbayVersion) = (header.model, header.modelSHA256, header.patchbayVersion)
  }

  /// The name of a file, from its header only.
  static func name(of path: String) throws -> String {
    let store = try StoreReader(path, expecting: formats)
    let format = store.format ?? .results
    let header = try format == .results ? ResultsReader(store).header() : Self.header(store)
    return ResultsNames(header, format, path).title
  }

  /// The header of a file that is not an experiment's.
  private static func header(_ store: StoreReader) throws -> ResultsHeader {
    let attributes = try store.attributes()
    func text(_ name: String) -> String { if case .text(let text)? = attributes[name] { text } else { "" } }
    return ResultsHeader(
      experiment: text(Schema.AnalysisRoot.analysis), model: text(Schema.Root.model),
      modelSHA256: text(Schema.Root.modelSHA256), direction: "", patchbayVersion: text(Schema.Root.patchbayVersion),
      attributes: attributes)
  }

  /// The groups below a section, in the order of the experiment.
  /// - Throws: `StoreError`.
  func groups(of section: Schema.Section) throws -> [StoredGroup] {
    guard store.contains(section.path) else { return [] }
    return try names.groups(Set(try store.listing(of: section.path).groups), of: section).map {
      try StoredGroup(section.path($0), in: store)
    }
  }

  /// A single group; nil if the file has none with this path.
  /// - Throws: `StoreError`.
  func group(_ section: Schema.Section) throws -> StoredGroup? {
    store.contains(section.path) ? try StoredGroup(section.path, in: store) : nil
  }

  var fileName: String { URL(fileURLWithPath: path).lastPathComponent }
  var isDenoising: Bool { direction == "denoise" }
  /// The metrics of the run that is edited, and of the one that patches come from.
  var base: [String: [Float]] { isDenoising ? corrupted : clean }
  var other: [String: [Float]] { isDenoising ? clean : corrupted }
  var shownMetric: String? { metrics.first }

  /// Examples whose two baselines are equal, and which so have no normalised effect.
  func withoutEffect(_ metric: String) -> [Int] {
    guard let clean = clean[metric], let corrupted = corrupted[metric] else { return [] }
    return zip(clean, corrupted).enumerated().filter { !($1.0 - $1.1).isFinite || $1.0 == $1.1 }.map(\.offset)
  }

  /// Names of files of the same run next to the results.
  var siblings: [String] {
    let url = URL(fileURLWithPath: path)
    let (folder, stem) = (url.deletingLastPathComponent().path, url.deletingPathExtension().lastPathComponent)
    return ["cache", "analysis"].map { "\(stem).\($0).h5" }.filter {
      FileManager.default.fileExists(atPath: "\(folder)/\($0)")
    }
  }

  /// The origin of the numbers, for the head of a page, as HTML.
  var origin: [String] {
    [
      model.isEmpty ? "" : "model <code>\(html(model))</code>",
      modelSHA256.isEmpty
        ? "" : "weights <code title=\"SHA-256 \(html(modelSHA256))\">\(html(String(modelSHA256.prefix(12))))</code>",
      "patchbay \(html(patchbayVersion))",
    ].filter { !$0.isEmpty }
  }
}
