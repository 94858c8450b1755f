import Diagnostics

/// What can go wrong with the results that a command writes to standard output.
public enum ConsoleError: DiagnosedError, Equatable {
  /// The reader of the results has closed the pipe (`patchbay hooks MODEL | head`).
  case readerGone
  case cannotWrite(reason: String)

  public var kind: FailureKind { .ioFailed }

  public var message: String {
    switch self {
    case .readerGone: "standard output was closed"
    case .cannotWrite(let reason): "standard output cannot be written: \(reason)"
    }
  }
}
