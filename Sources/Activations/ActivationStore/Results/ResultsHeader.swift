import LabelledArrays

/// What the root of a results file says about where the numbers come from.
public struct ResultsHeader: Sendable, Hashable {
  /// The experiment file's whole text.
  public var experiment: String
  /// The model as the experiment names it.
  public var model: String
  /// The SHA-256 of its weights, in hexadecimal.
  public var modelSHA256: String
  /// `denoise` or `noise`.
  public var direction: String
  public var patchbayVersion: String
  /// Any other attributes, under names of the caller's choice.
  public var attributes: [String: Attribute]

  public init(
    experiment: String, model: String, modelSHA256: String, direction: String, patchbayVersion: String,
    attributes: [String: Attribute] = [:]
  ) {
    self.experiment = experiment
    self.model = model
    self.modelSHA256 = modelSHA256
    self.direction = direction
    self.patchbayVersion = patchbayVersion
    self.attributes = attributes
  }

  /// All of it as root attributes.
  var rootAttributes: [String: Attribute] {
    let own: [String: Attribute] = [
      Schema.ResultsRoot.experiment: .text(experiment), Schema.Root.model: .text(model),
      Schema.Root.modelSHA256: .text(modelSHA256), Schema.ResultsRoot.direction: .text(direction),
      Schema.Root.patchbayVersion: .text(patchbayVersion),
    ]
    return attributes.merging(own) { $1 }
  }
}
