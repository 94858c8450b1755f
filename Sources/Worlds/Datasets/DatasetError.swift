import Diagnostics

/// What can be wrong with a request for prompt pairs.
public enum DatasetError: DiagnosedError, Equatable {
  case unknownTask(String)
  case unknownCorruption(String, task: String, known: [String])
  case unknownSplit(String)
  case badCount(Int)
  /// Every pair that was drawn had an answer of several tokens, or prompts of different lengths.
  case nothingSuits(task: String)

  public var kind: FailureKind { .badData }
}
