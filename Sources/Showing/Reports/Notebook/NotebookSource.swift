import ActivationStore
import Foundation
import LabelledArrays

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
  let baselines: [StoredRun: [String: [Float]]]
  let prompts: NotebookPrompts
  /// In the experiment's order, as the groups below.
  let sweeps: [StoredGroup]
  let readouts: [StoredGroup], steering: [StoredGroup], additivity: [StoredGroup]
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
    var baselines: [StoredRun: [String: [Float]]] = [:]
    for run in try results.baselineRuns() { baselines[run] = try results.baseline(run) }
    self.baselines = baselines
    metrics = names.metrics(Set(baselines.values.flatMap(\.keys)))
    prompts = try NotebookPrompts(store)
    func groups(_ parent: Schema.Section) throws -> [StoredGroup] { try names.groups(of: parent, in: store) }
    (sweeps, readouts) = (try groups(Schema.sweeps), try groups(Schema.readouts))
    (steering, additivity) = (try groups(Schema.steering), try groups(Schema.additivity))
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
  var isMazes: Bool { !prompts.hasTokens && prompts.labels.contains { $0.name == NotebookPrompts.mazes } }
  /// What examples are called.
  var exampleWord: String { isMazes ? "maze" : prompts.lengths.contains { $0 > 0 } ? "prompt" : "example" }

  /// What the notebook's `effect` returns: of every cell and example (patched - base) / (other - base), or, raw, the change alone.
  /// - Returns: nil where the file lacks what it is made of.
  func effect(
    _ sweep: StoredGroup, metric: String, estimate: Bool = false, raw: Bool = false
  ) throws -> LabelledArray? {
    guard let base = baselines[base]?[metric], let other = baselines[other]?[metric] else { return nil }
    let dataset = estimate ? Schema.Sweep.attribution(of: metric) : metric
    guard sweep.has(dataset) else { return nil }
    let array = try sweep.array(dataset)
    guard array.axes.last?.name == Schema.Axis.example, array.examples == base.count, base.count == other.count
    else { return nil }
    var values = try array.numbers()
    if sweep.has(Schema.Sweep.hasPath) {
      let flags = try sweep.array(Schema.Sweep.hasPath).numbers()
      for index in values.indices where flags[index / base.count] != 1 { values[index] = .nan }
    }
    let (sums, measured) = (
      EffectSums(cells: 0, base: base, other: other), estimate ? EffectSums.Measured.changes : .values
    )
    return LabelledArray(
      array.axes, raw ? sums.changes(of: values, measured: measured) : sums.ratios(of: values, measured: measured))
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
