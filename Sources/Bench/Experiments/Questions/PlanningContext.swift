import Checkpoints
import ModelGraph
import Patching

/// What a question is fitted to: a model, prompts, and what is read off them.
///
/// A class, because engines are made when they are first asked for and shared; used by one task while an experiment is planned.
public final class PlanningContext {
  public let loaded: LoadedModel
  public let prompts: ResolvedPrompts
  /// The mazes of an experiment on a policy; nil for prompts of text.
  let mazes: DrawnMazes?
  public let direction: PatchingDirection
  public let metrics: [Metric]
  let threads: Int?
  let memory: Int?
  private var engines: [GraphOptions: PatchingEngine] = [:]

  init(
    _ experiment: Experiment, loaded: LoadedModel, prompts: ResolvedPrompts, mazes: DrawnMazes?, threads: Int?,
    memory: Int?
  ) {
    self.loaded = loaded
    self.prompts = prompts
    self.mazes = mazes
    direction = experiment.direction
    metrics = experiment.metrics
    self.threads = threads
    self.memory = memory
  }

  /// Those that questions have asked for so far.
  var enginesInUse: [PatchingEngine] { Array(engines.values) }

  /// The engine on the graph with some options: those that a question's edits need in the graph's path.
  /// - Throws: what `PatchingEngine.init` throws.
  public func engine(_ options: GraphOptions = GraphOptions()) throws -> PatchingEngine {
    if let known = engines[options] { return known }
    let engine = try PatchingEngine(
      model: loaded.model(options), prompts: prompts.set, direction: direction, metrics: metrics, threads: threads,
      memory: memory)
    engines[options] = engine
    return engine
  }
}
