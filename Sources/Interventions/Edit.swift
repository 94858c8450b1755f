/// What becomes of an activation. The base run is the one that is edited, the other run the one that patches come from.
public enum Edit: Sendable, Hashable {
  /// Take the other run's value.
  case patch
  case zero
  /// Take the mean of the other run over examples, position by position.
  case mean
  /// Take the value of another, seeded, example of the other run.
  case resample(seed: UInt64)
  case scale(Float)
  /// Add a direction times each coefficient in turn.
  case add(Direction, coefficients: [Float])
  /// Take out the part along a direction: one for all layers, or one for each; [features], of any length but 0.
  case projectOut([[Float]], layers: [Int]?)

  /// What is added.
  public enum Direction: Sendable, Hashable {
    /// The other run's value less the base run's, position by position.
    case difference
    /// Vectors: one for all layers, or one for each; [features].
    case vectors([[Float]], layers: [Int]?)
    /// A vector for each position from the first on, for each of some layers; [layer][position][features]. Later positions have nothing added.
    case sequences([[[Float]]], layers: [Int])
  }

  /// Whether the other run's activations are needed.
  public var needsOtherRun: Bool {
    switch self {
    case .patch, .mean, .resample, .add(.difference, _): true
    case .zero, .scale, .add(.vectors, _), .add(.sequences, _), .projectOut: false
    }
  }

  /// The word that experiment and results files use.
  public var name: String {
    switch self {
    case .patch: "patch"
    case .zero: "zero"
    case .mean: "mean"
    case .resample: "resample"
    case .scale: "scale"
    case .add: "add"
    case .projectOut: "project_out"
    }
  }
}
