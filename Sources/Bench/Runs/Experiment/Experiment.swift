import Analyses
import ExperimentFile
import Patching
import Questions
import Workbenches

/// What is to be run: an experiment file that has been read and is valid by itself, whatever the model.
public struct Experiment: Sendable {
  /// Letters, digits, `-` and `_`: the results file is `NAME.h5`.
  public let name: String
  /// nil if the file leaves it to the command line.
  public let model: ModelReference?
  /// The model, if a program has already loaded it; nil for files.
  let bench: Workbench?
  public let prompts: PromptSource
  public let prependBOS: PrependBOS
  public let direction: PatchingDirection
  /// At least one, without repetition; the first is shown.
  public let metrics: [Metric]
  /// The questions, kind by kind, each kind in the order written, with unique names within it; empty only if there is
  /// something else to do.
  public let questions: [any Question]
  public let cache: CacheSpec?
  /// The analyses of the cache, in the order written; names are unique.
  public let analyses: [AnalysisSpec]
  /// The file's path, as the user can open it.
  public let file: String
  /// The file's whole text; for an experiment built by a program, that of a file with the same questions.
  public let text: String
}

extension Experiment {
  public var sweeps: [SweepSpec] { questions.compactMap { $0 as? SweepSpec } }
  public var readouts: [ReadoutSpec] { questions.compactMap { $0 as? ReadoutSpec } }
  /// Vectors added to a policy in mazes.
  public var steering: [MazeSteeringSpec] { questions.compactMap { $0 as? MazeSteeringSpec } }
}

/// Activations to store next to the results.
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
