import ActivationStore
import Checkpoints
import Diagnostics
import ExperimentFile
import Foundation
import ModelGraph
import Patching
import Questions
import Workbenches

/// An experiment that is ready to run: its model is loaded, its prompts are tokenized, and every question fits both.
public struct ExperimentRun: Sendable {
  public let experiment: Experiment
  /// The model that is run (the command's or else the experiment's) and its tokenizer.
  public let bench: Workbench
  /// What all questions have in common.
  public let setting: RunSetting
  /// In the experiment's order, kind by kind.
  public let questions: [any PlannedQuestion]
  /// The questions about the strongest heads, answered after the sweeps; nil if no sweep has a head axis.
  let heads: PlannedHeads.Plan?
  /// The activations in the cache file, in the order of computation; empty if there is none.
  public let cachedNodes: [Node]
  /// The engine on the graph without options, for unedited runs.
  let engine: PatchingEngine
  /// All engines that questions use.
  let engines: [PatchingEngine]

  /// Loads the model and plans everything, so that anything that does not fit is found before the first run.
  /// - Parameters:
  ///   - model: replaces the experiment's own.
  ///   - threads: how many workers share the work; nil for one per processor core. Results do not depend on it.
  ///   - memory: bytes that runs may take besides the weights; nil for half of what is free. Results do not depend on
  ///     it.
  /// - Throws: `ExperimentError`, `CheckpointError`, `TokenizerError`.
  public init(
    _ experiment: Experiment, model override: ModelReference? = nil, threads: Int? = nil, memory: Int? = nil
  ) throws {
    guard let model = override ?? experiment.model else { throw ExperimentError.noModel(file: experiment.file) }
    let known = experiment.bench.flatMap { $0.reference == model ? $0 : nil }
    let bench = try known ?? Workbench(model)
    try Self.checkVectors(experiment.questions.flatMap(\.vectorOrigins), bench)
    let (prompts, note, mazes) = try Self.prompts(of: experiment, on: bench)
    setting = RunSetting(
      name: experiment.name, model: bench.reference, loaded: bench.loaded, prompts: prompts, promptsNote: note,
      direction: experiment.direction, metrics: experiment.metrics)
    let context = PlanningContext(setting, mazes: mazes, threads: threads, memory: memory)
    engine = try context.engine()
    questions = try experiment.questions.flatMap { try $0.plan(in: context) }
    engines = context.enginesInUse
    heads = PlannedHeads.Plan(questions, engine: engine, prompts)
    cachedNodes = try Self.cachedNodes(experiment.cache, bench.model.graph)
    self.experiment = experiment
    self.bench = bench
  }

  /// The experiment's inputs, a note on how they were drawn, and the mazes, if any.
  private static func prompts(
    of experiment: Experiment, on bench: Workbench
  ) throws -> (ResolvedPrompts, note: String?, mazes: DrawnMazes?) {
    if case .mazes(let spec) = experiment.prompts {
      let drawn = try DrawnMazes(spec)
      try drawn.check(bench.model.graph)
      let prompts = ResolvedPrompts(
        set: try drawn.prompts(), tokenizer: nil, texts: drawn.mazes.map { _ in nil }, labels: drawn.labels)
      return (prompts, "\(spec.count) \(spec.count == 1 ? "maze" : "mazes")", drawn)
    }
    let resolver = try bench.resolver()
    var (written, note) = (experiment.prompts.written, String?.none)
    if case .template(let template) = experiment.prompts {
      (written, note) = try template.pairs(tokenizer: bench.tokenizer, folder: bench.folder)
    }
    let prompts = try resolver.resolve(written, prependBOS: experiment.prependBOS, metrics: experiment.metrics)
    return (prompts, note, nil)
  }

  /// - Throws: `ExperimentError` for a vector that was made with other weights.
  private static func checkVectors(_ origins: [VectorOrigin], _ bench: Workbench) throws {
    guard origins.contains(where: { $0.modelSHA256 != nil }) else { return }
    let sha256 = try bench.loaded.folder.sha256()
    if let other = origins.first(where: { ($0.modelSHA256 ?? sha256) != sha256 }) {
      throw ExperimentError.inFile(other.place, .vectorOfOtherModel(found: other.model, model: bench.reference.text))
    }
  }

  private static func cachedNodes(_ cache: CacheSpec?, _ graph: ModelGraph) throws -> [Node] {
    guard let cache else { return [] }
    do {
      return try graph.nodes(matching: cache.hooks)
    } catch {
      throw ExperimentError.wrapping(error, at: cache.place)
    }
  }

  public var prompts: ResolvedPrompts { setting.prompts }

  /// How many pairs were drawn from a dataset, and why others were left out; nil if pairs are written in the file.
  public var promptsNote: String? { setting.promptsNote }

  /// The name of the model in the command or else in the experiment.
  public var model: ModelReference { bench.reference }

  /// The model that is run.
  public var loaded: LoadedModel { bench.loaded }

  /// The metrics of the unedited runs, per example; computed on first use.
  /// - Throws: `RunError`, `CancellationError`.
  public func baselines() throws -> Baselines { try engine.baselines() }

  /// How many runs of one prompt there are in total: those of every question for every example, and the cached ones.
  public var total: Int {
    let asked = questions.reduce(0) { $0 + $1.runs } + (heads?.runs ?? 0)
    return (asked + (experiment.cache?.runs.count ?? 0)) * prompts.set.count
  }
}
