import ActivationStore
import Foundation

/// What the notebook is about: a results file, read.
struct NotebookSource: Sendable {
  /// The results file's name and where it lies, seen from the notebook's folder.
  let fileName: String, relativePath: String
  let name: String
  let header: ResultsHeader
  let isComplete: Bool
  /// The shown one first.
  let metrics: [String]
  /// By run and metric, one number an example.
  let baselines: [StoredRun: [String: [Double]]]
  let prompts: NotebookPrompts
  /// In the experiment's order, as the groups below.
  let sweeps: [NotebookGroup]
  let readouts: [NotebookGroup], steering: [NotebookGroup], additivity: [NotebookGroup]
  let bootstrap: NotebookBootstrap

  /// - Throws: `StoreError`.
  init(_ path: String, for notebookPath: String) throws {
    let results = try ResultsReader(path)
    let store = results.store
    let header = try results.header()
    self.header = header
    isComplete = store.isComplete
    let file = URL(fileURLWithPath: path).standardizedFileURL
    fileName = file.lastPathComponent
    relativePath = Self.relative(file, to: URL(fileURLWithPath: notebookPath).standardizedFileURL)
    let names = ResultsNames(header, path)
    name = names.experiment
    var baselines: [StoredRun: [String: [Double]]] = [:]
    for run in try results.baselineRuns() {
      baselines[run] = try results.baseline(run).mapValues { $0.map(Double.init) }
    }
    self.baselines = baselines
    metrics = names.metrics(Set(baselines.values.flatMap(\.keys)))
    prompts = try NotebookPrompts(store)
    func groups(_ parent: String) throws -> [NotebookGroup] {
      guard store.contains("/\(parent)") else { return [] }
      return try names.groups(Set(try store.listing(of: "/\(parent)").groups), of: parent).map {
        try NotebookGroup($0, at: "\(parent)/\($0)", in: store)
      }
    }
    (sweeps, readouts) = (try groups("sweeps"), try groups("readouts"))
    (steering, additivity) = (try groups("steering"), try groups("additivity"))
    let examples = prompts.count > 0 ? prompts.count : baselines.values.first?.values.first?.count ?? 0
    bootstrap = NotebookBootstrap(examples: examples)
  }

  var examples: Int { prompts.count }
  var metric: String? { metrics.first }
  var isDenoising: Bool { header.direction == "denoise" }
  /// The run that is edited, and the one that is patched in.
  var base: StoredRun { isDenoising ? .corrupted : .clean }
  var other: StoredRun { isDenoising ? .clean : .corrupted }
  /// Whether the examples are mazes, which have no tokens but a drawing.
  var isMazes: Bool { !prompts.hasTokens && prompts.labels.contains { $0.name == "label_maze" } }
  /// What examples are called.
  var exampleWord: String { isMazes ? "maze" : prompts.lengths.contains { $0 > 0 } ? "prompt" : "example" }

  /// What the notebook's `effect` returns: of every cell and example (patched - base) / (other - base), or, raw, the change alone.
  /// - Returns: nil where the file lacks what it is made of.
  func effect(_ sweep: NotebookGroup, metric: String, estimate: Bool = false, raw: Bool = false) throws
    -> LabelledValues?
  {
    guard let base = baselines[base]?[metric], let other = baselines[other]?[metric] else { return nil }
    let dataset = estimate ? "\(metric)_attribution" : metric
    guard sweep.has(dataset) else { return nil }
    var values = try sweep.values(dataset)
    guard values.axes.last?.name == LabelledValues.example, values.examples == base.count, base.count == other.count
    else { return nil }
    let flags = sweep.has("has_path") ? try sweep.values("has_path").values : nil
    for index in values.values.indices {
      let (cell, example) = index.quotientAndRemainder(dividingBy: base.count)
      let change = estimate ? values.values[index] : values.values[index] - base[example]
      let whole = other[example] - base[example]
      let scaled = raw ? change : whole == 0 ? .nan : change / whole
      values.values[index] = scaled.isFinite && flags.map { $0[cell] == 1 } ?? true ? scaled : .nan
    }
    return values
  }
}

extension NotebookSource {
  /// The way from a file's folder to another file.
  static func relative(_ file: URL, to notebook: URL) -> String {
    let (target, from) = (file.pathComponents, notebook.deletingLastPathComponent().pathComponents)
    let common = zip(target, from).prefix { $0 == $1 }.count
    return ([String](repeating: "..", count: from.count - common) + target.dropFirst(common)).joined(separator: "/")
  }
}
