import Checkpoints
import ModelGraph
import Patching
import Workbenches

/// What a question is planned for: a model, prompts and metrics.
///
/// A class, because engines are created on first use and shared; used by one task while an experiment is planned.
public final class PlanningContext {
  public let setting: RunSetting
  /// The mazes of an experiment on a policy; nil for prompts of text.
  let mazes: DrawnMazes?
  let threads: Int?
  let memory: Int?
  private var engines: [GraphOptions: PatchingEngine] = [:]

  package init(_ setting: RunSetting, mazes: DrawnMazes?, threads: Int?, memory: Int?) {
    self.setting = setting
    self.mazes = mazes
    self.threads = threads
    self.memory = memory
  }

  /// Those that questions have asked for so far.
  package var enginesInUse: [PatchingEngine] { Array(engines.values) }
  public var loaded: LoadedModel { setting.loaded }
  public var prompts: ResolvedPrompts { setting.prompts }
  public var direction: PatchingDirection { setting.direction }
  public var metrics: [Metric] { setting.metrics }

  /// The engine on the graph with these options, which a question's edits need.
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
