import ExperimentFile

/// What an experiment file asks of directions that a sweep adds: which activations to compare, beside the metrics, under all of them and under each.
public struct AdditivitySpec: Sendable, Hashable {
  /// Names of activations, `*` and `?` allowed; empty for the metrics alone.
  public let hooks: [String]
  public let place: Place

  public init(hooks: [String], place: Place) {
    self.hooks = hooks
    self.place = place
  }
}
