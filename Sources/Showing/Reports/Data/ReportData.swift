import ActivationStore
import Diagnostics
import Foundation
import LabelledArrays

/// Everything that a report shows, read from a results file and from nothing else.
struct ReportData: Sendable {
  /// The results file.
  let path: String
  /// The experiment's name.
  let name: String
  let header: ResultsHeader
  /// The metrics, the shown one first.
  let metrics: [String]
  /// Metrics of the unpatched runs, one number an example.
  let clean: [String: [Float]], corrupted: [String: [Float]]
  let prompts: [PromptRow]
  let tokens: TokenAxis
  /// In the experiment's order, as the groups below.
  let sweeps: [SweepData]
  let readouts: [ArrayGroup]
  let steering: [ArrayGroup]
  let additivity: [ArrayGroup]
  /// Whether the run came to its end; how many cells are there, and how many there are to be.
  let isComplete: Bool
  let done: Int, cells: Int
  /// Names of files of the same run that stand beside the results.
  let siblings: [String]

  /// - Throws: `StoreError`.
  init(_ path: String, check: () throws -> Void = {}) throws {
    let results = try ResultsReader(path)
    let store = results.store
    self.path = path
    header = try results.header()
    isComplete = store.isComplete
    let names = ResultsNames(header, path)
    name = names.experiment
    let runs = try results.baselineRuns()
    clean = runs.contains(.clean) ? try results.baseline(.clean) : [:]
    corrupted = runs.contains(.corrupted) ? try results.baseline(.corrupted) : [:]
    let known = Set(clean.keys).union(corrupted.keys)
    metrics = names.metrics(known)
    prompts = try results.prompts()
    tokens = TokenAxis(prompts)
    let metrics = metrics
    sweeps = try names.groups(Set(try results.sweeps()), of: Schema.sweeps).map {
      try check()
      return try SweepData($0, in: results, metrics: metrics)
    }
    func groups(_ parent: Schema.Section) throws -> [ArrayGroup] {
      try names.groups(of: parent, in: store).map {
        try check()
        return try $0.floats()
      }
    }
    readouts = try groups(Schema.readouts)
    steering = try groups(Schema.steering)
    additivity = try groups(Schema.additivity)
    cells = sweeps.reduce(0) { $0 + $1.cells }
    done = isComplete ? cells : sweeps.reduce(0) { $0 + $1.done }
    siblings = Self.siblings(of: path, name: name)
  }

  /// The name of the experiment of a results file, without reading more than its header.
  static func name(of path: String) throws -> String { ResultsNames(try ResultsReader(path).header(), path).experiment }

  var isDenoising: Bool { header.direction == "denoise" }
  /// The metrics of the run that is edited, and of the one that patches come from.
  var base: [String: [Float]] { isDenoising ? corrupted : clean }
  var other: [String: [Float]] { isDenoising ? clean : corrupted }
  var shownMetric: String? { metrics.first }

  /// Examples whose two baselines are one, which have no normalised effect.
  func withoutEffect(_ metric: String) -> [Int] {
    guard let clean = clean[metric], let corrupted = corrupted[metric] else { return [] }
    return zip(clean, corrupted).enumerated().filter { !($1.0 - $1.1).isFinite || $1.0 == $1.1 }.map(\.offset)
  }

  private static func siblings(of path: String, name: String) -> [String] {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let stem = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    return ["cache", "analysis"].map { "\(stem).\($0).h5" }.filter {
      FileManager.default.fileExists(atPath: "\(folder)/\($0)")
    }
  }
}
