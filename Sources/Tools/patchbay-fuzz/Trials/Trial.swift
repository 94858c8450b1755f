import ActivationStore
import Analyses
import Checkpoints
import Commands
import Diagnostics
import Execution
import ExperimentFile
import Foundation
import Runs
import Tensors
import Tokenization
import Workbenches

/// Reads a case as the commands do, and uses what was read: what is accepted must be sound.
struct Trial {
  let kind: Kind
  /// The case's folder, in which one file is damaged.
  let folder: String
  /// An empty folder for what commands write.
  let out: String
  /// Whether to draw figures too, which takes most of a mutant's time.
  let isDrawn: Bool
  /// Where results would be printed.
  let console: Console

  /// - Throws: whatever reading throws, which must be a `DiagnosedError`.
  func run() throws {
    switch kind {
    case .safetensors, .index: try model()
    case .gguf: try gguf()
    case .config: try config()
    case .tokenizer, .vocabulary: try tokenizer()
    case .experiment, .vectors: try experiment()
    case .analysis: try analysis()
    case .recipe: _ = try RecipeFile(file: main)
    case .prompts: try prompts()
    case .results: try results()
    case .cache: try cache()
    case .steering: try steering()
    case .directions:
      try InspectCommand(file: "\(folder)/directions.h5", isJSON: false).run(on: console)
      try experiment()
    }
  }

  private var main: String { "\(folder)/main.yaml" }

  // MARK: Models and text

  /// Loads the model and runs it on three tokens, or one picture.
  private func model() throws {
    let loaded = try LoadedModel(folder: folder)
    let batch: Batch
    switch loaded.model.graph.input {
    case .tokens(let vocabulary, let context):
      batch = try Batch(prompts: [(0..<min(3, context ?? 3)).map { Int32(min($0, vocabulary - 1)) }])
    case .observations(let channels, let rows, let columns):
      let shape = [1, channels, rows, columns]
      batch = try Batch(observations: Tensor(shape: shape, [Float](repeating: 0.5, count: channels * rows * columns)))
    }
    let logits = try Oracle(loaded.model).lastLogits(batch).logits
    guard logits.count == loaded.model.graph[loaded.model.graph.logits].layout.width else {
      throw Unsound("the model has \(logits.count) logits")
    }
  }

  /// The model, and its tokenizer if the metadata describe one.
  private func gguf() throws {
    try config()
    let bench = try Workbench(folder)
    guard let tokenizer = bench.tokenizer else { return }
    for text in Self.texts { _ = try tokenizer.decode(try tokenizer.encode(text, addSpecialTokens: true)) }
  }

  /// Also the code that builds the graph before any weight has been read.
  private func config() throws {
    var first: (any Error)?
    do { try HooksCommand(model: folder, isJSON: false).run(on: console) } catch { first = error }
    try model()
    if let first { throw Unsound("the model loads, but 'patchbay hooks' says: \(first)") }
  }

  private static let texts = [
    "Mary gave John the drink", "", "  the\n\t the park  ", "the<unk>the</s>park park", "e\u{301}é日本語🙂\u{0}",
    "12345 don't J o n '''", String(repeating: "the Mary ", count: 100), String(repeating: "h", count: 2000),
  ]

  /// Loads the tokenizer, encodes texts and decodes them again.
  private func tokenizer() throws {
    guard let tokenizer = try Tokenizer.load(folder: folder) else { throw Unsound("there is a tokenizer") }
    for text in Self.texts {
      for special in [true, false] {
        let ids = try tokenizer.encode(text, addSpecialTokens: special)
        if let bad = ids.first(where: { $0 < 0 || $0 >= tokenizer.vocabularySize }) {
          throw Unsound("'\(text.prefix(20))' gives the token \(bad) of \(tokenizer.vocabularySize)")
        }
        _ = try tokenizer.decode(ids)
      }
    }
    _ = tokenizer.specialTokens
  }

  // MARK: Experiments

  /// A case with more prompts than this has them on purpose, and would take long.
  private static let mostPrompts = 64
  /// Up to this many runs of one prompt are made; more are only planned.
  private static let mostRuns = 400

  /// Decodes the file, plans it, and runs what is small.
  private func experiment() throws {
    let experiment = try Experiment(file: main)
    var isPolicy = false
    switch experiment.prompts {
    case .written(let pairs): if pairs.count > Self.mostPrompts { return }
    case .template(let template): if template.count > Self.mostPrompts { return }
    case .mazes(let spec):
      if spec.count > 4 { return }
      isPolicy = true
    }
    let path = "\(folder)/\(isPolicy ? "policy" : "model")"
    guard FileManager.default.fileExists(atPath: path) else { return }
    let deadline = Date().addingTimeInterval(4)
    let run = try ExperimentRun(
      experiment, model: .folder(written: "model", path: path), threads: 1, memory: 128 << 20)
    guard run.total <= (isPolicy ? 40 : Self.mostRuns) else { return }
    do {
      let outcome = try run.run(into: out, shouldStop: { Date() > deadline })
      try InspectCommand(file: outcome.results, isJSON: true).run(on: console)
    } catch ExperimentError.interrupted {
      // It would have continued, and could be stopped.
    }
  }

  private func analysis() throws {
    let file = try AnalysisFile(file: main)
    for case .made(let recipe) in file.caches {
      if case .template(let template) = recipe.prompts, template.count > Self.mostPrompts { return }
    }
    try wait { try await AnalyzeCommand(analysis: main, output: out, threads: 1).run(on: console) }
  }

  private func prompts() throws {
    let file = "\(folder)/prompts.jsonl"
    var first: (any Error)?
    do { _ = try PromptFile.read(file) } catch { first = error }
    if first == nil { do { try experiment() } catch { first = error } }
    let output = "\(out)/cache.h5"
    try wait {
      try await CacheCommand(
        model: "\(folder)/model", prompts: file, hooks: ["blocks.0.hook_resid_pre"], output: output, threads: 1
      ).run(on: console)
    }
    _ = try CacheReader(output).prompts()
    if let first { throw first }
  }

  // MARK: HDF5

  private func cache() throws {
    let file = "\(folder)/cache.h5"
    try inspect(file)
    let reader = try CacheReader(file)
    _ = (try reader.header(), try reader.prompts())
    for hook in reader.hooks {
      for run in reader.runs { _ = try reader.read(run: run, hook: hook, examples: 0..<reader.examples) }
    }
    try everything(file)
    try analysis()
  }

  private func steering() throws {
    let file = "\(folder)/steering.h5"
    try inspect(file)
    let vector = try SteeringVector(file: file)
    _ = (vector.norms, vector.attributes)
    try experiment()
    try wait {
      try await GenerateCommand(
        model: "\(folder)/model", prompt: .tokens([1, 2, 3]),
        additions: [SteeringAddition(file: file, coefficient: 1, site: .residPre, layers: .range(0...0))], count: 3,
        allowsMismatch: true
      ).run(on: console)
    }
  }

  func inspect(_ file: String) throws {
    var first: (any Error)?
    do { try InspectCommand(file: file, isJSON: false).run(on: console) } catch { first = error }
    try InspectCommand(file: file, isJSON: true).run(on: console)
    if let first { throw first }
  }

  /// Every dataset and attribute by itself.
  func everything(_ file: String) throws {
    let store = try StoreReader(file)
    _ = try store.attributes()
    for dataset in try store.allDatasets() {
      _ = try store.attributes(of: dataset)
      switch try store.describe(dataset).type {
      case .float16, .float32, .float64: _ = try store.tensor(at: dataset)
      case .int8, .int32, .int64: _ = try store.integers(at: dataset)
      case .text: _ = try store.texts(at: dataset)
      case .other: break
      }
    }
  }
}

/// Something accepted is not what it should be. Not a `DiagnosedError`, so it counts as a finding.
struct Unsound: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Waits for a command, from the synchronous code of a trial.
private func wait(_ body: @escaping @Sendable () async throws -> Void) throws {
  let (semaphore, box) = (DispatchSemaphore(value: 0), FailureBox())
  Task {
    do { try await body() } catch { box.error = error }
    semaphore.signal()
  }
  semaphore.wait()
  if let error = box.error { throw error }
}

/// `@unchecked Sendable`: the semaphore orders its one write before its one read.
private final class FailureBox: @unchecked Sendable {
  var error: (any Error)?
}
