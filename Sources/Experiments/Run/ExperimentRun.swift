import Checkpoints
import Diagnostics
import Execution
import Foundation
import Interventions
import ModelGraph
import Patching
import Tokenization

/// An experiment that is ready to be run: its model is loaded, its prompts are tokens, and every sweep is known to fit both.
public struct ExperimentRun: Sendable {
  public let experiment: Experiment
  /// The model that is run: the one that the command names, or else the experiment's.
  public let model: ModelReference
  public let loaded: LoadedModel
  public let prompts: ResolvedPrompts
  /// How many pairs were drawn from a dataset, and why others were left out; nil where pairs are written.
  public let promptsNote: String?
  /// In the experiment's order.
  public let plans: [PlannedSweep]
  /// Vectors to add in mazes, in the experiment's order.
  let steering: [MazeSteeringStudy]
  /// The activations of the cache file, in the order of computation; empty where there is none.
  public let cachedNodes: [Node]
  /// The activations that each sweep's additivity is asked of, by the sweep's name; those of the graph without options.
  let additivityNodes: [String: [Node]]
  /// An engine for each set of graph options that some sweep needs.
  private let engines: [GraphOptions: PatchingEngine]
  /// The engine on the graph without options, which reads what nothing edits.
  let plainEngine: PatchingEngine
  /// How many workers share the work; nil for one a processor core.
  let threads: Int?

  /// Loads the model and plans everything, so that whatever does not fit is found before anything has run.
  /// - Parameters:
  ///   - model: instead of the experiment's own.
  ///   - threads: how many workers share the work; nil for one a processor core.
  ///   - memory: bytes that runs may take beside the weights; nil for half of what is free.
  /// - Throws: `ExperimentError`, `CheckpointError`, `TokenizerError`.
  public init(
    _ experiment: Experiment, model override: ModelReference? = nil, threads: Int? = nil, memory: Int? = nil
  ) throws {
    guard let model = override ?? experiment.model else { throw ExperimentError.noModel(file: experiment.file) }
    let folder = try model.folder()
    let loaded = try LoadedModel(folder: folder)
    try Self.checkVectors(
      experiment.sweeps.flatMap(\.vectors) + experiment.steering.compactMap(\.origin), model, loaded)
    let (prompts, note, mazes) = try Self.prompts(of: experiment, folder: folder, loaded)
    promptsNote = note
    func engine(_ options: GraphOptions) throws -> PatchingEngine {
      try PatchingEngine(
        model: loaded.model(options), prompts: prompts.set, direction: experiment.direction,
        metrics: experiment.metrics,
        threads: threads, memory: memory)
    }
    let plain = try engine(GraphOptions())
    var engines = [GraphOptions(): plain]
    plans = try experiment.sweeps.map { spec in
      let options = spec.graphOptions
      let own = try engines[options] ?? engine(options)
      engines[options] = own
      return try own.plan(spec)
    }
    steering = try experiment.steering.map { spec in
      guard let mazes else { preconditionFailure("steering is of mazes") }
      do {
        return try MazeSteeringStudy(spec, mazes, model: loaded.model)
      } catch {
        throw ExperimentError.wrapping(error, at: spec.place)
      }
    }
    additivityNodes = try Self.additivityNodes(experiment.sweeps, loaded.model.graph)
    for readout in experiment.readouts { try Self.check(readout, engine: plain) }
    self.engines = engines
    plainEngine = plain
    cachedNodes = try Self.cachedNodes(experiment.cache, loaded.model.graph)
    self.threads = threads
    self.experiment = experiment
    self.model = model
    self.loaded = loaded
    self.prompts = prompts
  }

  /// The experiment's inputs, in words how they were drawn, and the mazes where they are mazes.
  private static func prompts(
    of experiment: Experiment, folder: String, _ loaded: LoadedModel
  ) throws -> (ResolvedPrompts, note: String?, mazes: DrawnMazes?) {
    if case .mazes(let spec) = experiment.prompts {
      let drawn = try DrawnMazes(spec)
      try drawn.check(loaded.model.graph)
      let prompts = ResolvedPrompts(
        set: try drawn.prompts(), tokenizer: nil, texts: drawn.mazes.map { _ in nil }, labels: drawn.labels)
      return (prompts, "\(spec.count) \(spec.count == 1 ? "maze" : "mazes")", drawn)
    }
    guard case .tokens(let vocabulary, let context) = loaded.model.graph.input else {
      throw RunError.wrongInput(given: "tokens", needed: "observations")
    }
    let tokenizer = try Tokenizer.load(folder: folder)
    let resolver = PromptResolver(tokenizer: tokenizer, folder: folder, vocabulary: vocabulary, context: context)
    var (written, note) = (experiment.prompts.written, String?.none)
    if case .template(let template) = experiment.prompts {
      (written, note) = try template.pairs(tokenizer: tokenizer, folder: folder)
    }
    let prompts = try resolver.resolve(written, prependBOS: experiment.prependBOS, metrics: experiment.metrics)
    return (prompts, note, nil)
  }

  /// - Throws: `ExperimentError` for a vector that was made with other weights.
  private static func checkVectors(_ origins: [VectorOrigin], _ model: ModelReference, _ loaded: LoadedModel) throws {
    guard !origins.isEmpty else { return }
    let sha256 = try loaded.folder.sha256()
    if let other = origins.first(where: { $0.modelSHA256 != sha256 }) {
      throw ExperimentError.inFile(other.place, .vectorOfOtherModel(found: other.model, model: model.text))
    }
  }

  private static func additivityNodes(_ sweeps: [SweepSpec], _ graph: ModelGraph) throws -> [String: [Node]] {
    var nodes: [String: [Node]] = [:]
    for sweep in sweeps {
      guard let additivity = sweep.additivity else { continue }
      do {
        nodes[sweep.name] = additivity.hooks.isEmpty ? [] : try graph.nodes(matching: additivity.hooks)
      } catch {
        throw ExperimentError.wrapping(error, at: additivity.place)
      }
    }
    return nodes
  }

  private static func cachedNodes(_ cache: CacheSpec?, _ graph: ModelGraph) throws -> [Node] {
    guard let cache else { return [] }
    do {
      return try graph.nodes(matching: cache.hooks)
    } catch {
      throw ExperimentError.wrapping(error, at: cache.place)
    }
  }

  /// The metrics of the unedited runs, per example; computed when they are first asked for.
  /// - Throws: `RunError`, `CancellationError`.
  public func baselines() throws -> Baselines { try plainEngine.baselines() }

  /// How many runs of one prompt there are in all: every cell of every sweep for every example, and the cached ones.
  public var total: Int {
    let cells = plans.reduce(0) { $0 + $1.runs } + steering.reduce(0) { $0 + $1.cells }
    return (cells + (experiment.cache?.runs.count ?? 0)) * prompts.set.count
  }

  /// The engine that a planned sweep runs on.
  func engine(for plan: PlannedSweep) -> PatchingEngine {
    guard let engine = engines[plan.spec.graphOptions] else { preconditionFailure("every plan has an engine") }
    return engine
  }
}

extension SweepSpec {
  /// The nodes that must be in the graph's path for edits of the site to reach the outcome.
  fileprivate var graphOptions: GraphOptions {
    sweep.map { GraphOptions.needed(by: [$0.site.name] + $0.standing.map(\.site.name)) } ?? GraphOptions()
  }
}
