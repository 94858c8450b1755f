import ExperimentFile

/// A request to compare activations, in addition to the metrics, under all directions that a sweep adds and under each
/// alone.
public struct AdditivitySpec: Sendable, Hashable {
  /// Names of activations, `*` and `?` allowed; empty for the metrics alone.
  public let hooks: [String]
  public let place: Place

  public init(hooks: [String], place: Place) {
    self.hooks = hooks
    self.place = place
  }
}
