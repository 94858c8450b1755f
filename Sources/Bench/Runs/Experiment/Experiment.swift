import Analyses
import ExperimentFile
import Patching
import Questions
import Workbenches

/// What is to be run: an experiment file that has been read and found to make sense by itself, whatever the model.
public struct Experiment: Sendable {
  /// Letters, digits, `-` and `_`: the results file is `NAME.h5`.
  public let name: String
  /// nil where the file leaves it to the command line.
  public let model: ModelReference?
  /// The model as a program has loaded it already; nil for files.
  let bench: Workbench?
  public let prompts: PromptSource
  public let prependBOS: PrependBOS
  public let direction: PatchingDirection
  /// At least one, each once; the first is shown.
  public let metrics: [Metric]
  /// What is asked, kind by kind, each kind in the order written, names unique within it; empty only where there is something else to do.
  public let questions: [any Question]
  public let cache: CacheSpec?
  /// What is asked of the cache; in the order written, names unique.
  public let analyses: [AnalysisSpec]
  /// The file as the user can open it.
  public let file: String
  /// The file's whole text; of an experiment that a program has put together, a file that asks the same.
  public let text: String
}

extension Experiment {
  public var sweeps: [SweepSpec] { questions.compactMap { $0 as? SweepSpec } }
  public var readouts: [ReadoutSpec] { questions.compactMap { $0 as? ReadoutSpec } }
  /// Vectors added to a policy in mazes.
  public var steering: [MazeSteeringSpec] { questions.compactMap { $0 as? MazeSteeringSpec } }
}

/// Activations to store beside the results.
public struct CacheSpec: Sendable, Hashable {
  /// Hook names, or patterns with `*` and `?`.
  public let hooks: [String]
  public let runs: [RunSide]
  public let place: Place

  public init(hooks: [String], runs: [RunSide], place: Place) {
    self.hooks = hooks
    self.runs = runs
    self.place = place
  }
}
