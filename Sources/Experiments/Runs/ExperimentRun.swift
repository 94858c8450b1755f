import ActivationStore
import Checkpoints
import Diagnostics
import Execution
import Foundation
import ModelGraph
import Patching
import Tokenization

/// An experiment that is ready to be run: its model is loaded, its prompts are tokens, and every question is known to fit both.
public struct ExperimentRun: Sendable {
  public let experiment: Experiment
  /// The model that is run: the one that the command names, or else the experiment's.
  public let model: ModelReference
  public let loaded: LoadedModel
  public let prompts: ResolvedPrompts
  /// How many pairs were drawn from a dataset, and why others were left out; nil where pairs are written.
  public let promptsNote: String?
  /// In the experiment's order, kind by kind.
  public let questions: [any PlannedQuestion]
  /// What is asked of the strongest heads when the sweeps are done; nil where no sweep goes over heads.
  let heads: PlannedHeads.Plan?
  /// The activations of the cache file, in the order of computation; empty where there is none.
  public let cachedNodes: [Node]
  /// The engine on the graph without options, which reads what nothing edits.
  let engine: PatchingEngine

  /// Loads the model and plans everything, so that whatever does not fit is found before anything has run.
  /// - Parameters:
  ///   - model: instead of the experiment's own.
  ///   - threads: how many workers share the work; nil for one a processor core. Results do not depend on it.
  ///   - memory: bytes that runs may take beside the weights; nil for half of what is free. Results do not depend on it.
  /// - Throws: `ExperimentError`, `CheckpointError`, `TokenizerError`.
  public init(
    _ experiment: Experiment, model override: ModelReference? = nil, threads: Int? = nil, memory: Int? = nil
  ) throws {
    guard let model = override ?? experiment.model else { throw ExperimentError.noModel(file: experiment.file) }
    let folder = try model.folder()
    let loaded = try LoadedModel(folder: folder)
    try Self.checkVectors(experiment.questions.flatMap(\.vectorOrigins), model, loaded)
    let (prompts, note, mazes) = try Self.prompts(of: experiment, folder: folder, loaded)
    let context = PlanningContext(
      experiment, loaded: loaded, prompts: prompts, mazes: mazes, threads: threads, memory: memory)
    engine = try context.engine()
    questions = try experiment.questions.flatMap { try $0.plan(in: context) }
    heads = PlannedHeads.Plan(questions, engine: engine, prompts)
    cachedNodes = try Self.cachedNodes(experiment.cache, loaded.model.graph)
    promptsNote = note
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
  public func baselines() throws -> Baselines { try engine.baselines() }

  /// How many runs of one prompt there are in all: what every question takes for every example, and the cached ones.
  public var total: Int {
    let asked = questions.reduce(0) { $0 + $1.runs } + (heads?.runs ?? 0)
    return (asked + (experiment.cache?.runs.count ?? 0)) * prompts.set.count
  }
}
