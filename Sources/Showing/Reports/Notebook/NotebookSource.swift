import ActivationStore
import Foundation
import LabelledArrays

/// The file that the notebook is about.
struct NotebookSource: Sendable {
  let file: ReportFile
  /// The path of the file, relative to the notebook's folder.
  let relativePath: String
  let prompts: NotebookPrompts
  let bootstrap: NotebookBootstrap

  /// - Throws: `StoreError`.
  init(_ file: ReportFile, for notebookPath: String) throws {
    self.file = file
    relativePath = Self.relative(
      URL(fileURLWithPath: file.path).standardizedFileURL, to: URL(fileURLWithPath: notebookPath).standardizedFileURL)
    prompts = try NotebookPrompts(file.store)
    let examples =
      prompts.count > 0 ? prompts.count : (file.clean.values.first ?? file.corrupted.values.first)?.count ?? 0
    bootstrap = NotebookBootstrap(examples: examples)
  }

  /// By run and metric, one number per example.
  var baselines: [StoredRun: [String: [Float]]] {
    [.clean: file.clean, .corrupted: file.corrupted].filter { !$0.value.isEmpty }
  }
  /// The shown one first.
  var metrics: [String] { file.metrics }
  var examples: Int { prompts.count }
  var metric: String? { metrics.first }
  var isDenoising: Bool { file.isDenoising }
  /// The run that is edited, and the one that is patched in.
  var base: StoredRun { isDenoising ? .corrupted : .clean }
  var other: StoredRun { isDenoising ? .clean : .corrupted }
  /// Whether the examples are mazes, which have a drawing instead of tokens.
  var isMazes: Bool { !prompts.hasTokens && prompts.labels.contains { $0.name == NotebookPrompts.mazes } }
  /// The word for an example.
  var exampleWord: String { isMazes ? "maze" : prompts.lengths.contains { $0 > 0 } ? "prompt" : "example" }

  /// The result of the notebook's `effect`: for every cell and example (patched - base) / (other - base) or, if raw,
  /// only the change.
  /// - Returns: nil if the file lacks what is needed.
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
  /// The relative path from a file's folder to another file.
  static func relative(_ file: URL, to notebook: URL) -> String {
    let (target, from) = (file.pathComponents, notebook.deletingLastPathComponent().pathComponents)
    let common = zip(target, from).prefix { $0 == $1 }.count
    return ([String](repeating: "..", count: from.count - common) + target.dropFirst(common)).joined(separator: "/")
  }
}
