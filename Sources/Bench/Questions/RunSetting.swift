import Checkpoints
import Patching
import Workbenches

/// What all questions of a run have in common: its name, the model, the inputs and the metrics.
public struct RunSetting: Sendable {
  /// The experiment's name.
  public let name: String
  /// How the model was named.
  public let model: ModelReference
  public let loaded: LoadedModel
  public let prompts: ResolvedPrompts
  /// How many pairs were drawn from a dataset, and why others were left out; nil if pairs are written in the file.
  public let promptsNote: String?
  public let direction: PatchingDirection
  /// At least one, without repetition; the first is shown.
  public let metrics: [Metric]

  package init(
    name: String, model: ModelReference, loaded: LoadedModel, prompts: ResolvedPrompts, promptsNote: String?,
    direction: PatchingDirection, metrics: [Metric]
  ) {
    self.name = name
    self.model = model
    self.loaded = loaded
    self.prompts = prompts
    self.promptsNote = promptsNote
    self.direction = direction
    self.metrics = metrics
  }
}
