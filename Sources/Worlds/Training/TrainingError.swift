import Diagnostics

/// What can go wrong while training.
public enum TrainingError: DiagnosedError, Equatable {
  /// The loss or the gradient is not a finite number.
  case notFinite(step: Int, what: String)
  /// The same, once it is known which checkpoint is left.
  case stopped(step: Int, what: String, checkpoint: Int?, folder: String)
  /// No document has two tokens.
  case nothingToPredict
  /// No validation document has two tokens.
  case nothingToValidate
  case noCheckpoint(folder: String)
  /// The checkpoint is of another recipe, with the differences as (key, here, there).
  case otherRecipe(file: String, differences: [Difference])
  case damagedCheckpoint(file: String, problem: String)
  /// The folder already has a trained model or a checkpoint.
  case outputTaken(folder: String, isFinished: Bool)
  case cannotWrite(file: String, reason: String)
  /// Interrupted by the user; the folder is nil if there is no checkpoint.
  case interrupted(step: Int, of: Int, folder: String?)

  /// A key that differs between two recipes.
  public struct Difference: Sendable, Hashable {
    public let key: String
    public let here: String
    public let there: String

    public init(key: String, here: String, there: String) {
      self.key = key
      self.here = here
      self.there = there
    }
  }

  public var kind: FailureKind {
    switch self {
    case .noCheckpoint: .inputNotFound
    case .outputTaken, .cannotWrite: .cannotCreateOutput
    case .interrupted: .interrupted
    default: .badData
    }
  }
}
