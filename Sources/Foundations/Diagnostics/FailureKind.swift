/// What kind of failure an error is, as a process exit status (the numbers of BSD's `sysexits.h`).
public enum FailureKind: Int32, Sendable {
  /// The command line asks for something that does not exist.
  case wrongUsage = 64
  /// An experiment, checkpoint, tokenizer or HDF5 file has invalid contents.
  case badData = 65
  /// A named file or folder does not exist.
  case inputNotFound = 66
  /// An output file or folder cannot be created.
  case cannotCreateOutput = 73
  /// Reading or writing failed part-way: disk full, a device error.
  case ioFailed = 74
  /// Stopped by the user (Ctrl-C).
  case interrupted = 130
}

/// An error that a user can cause. Each domain has its own enum of these. Its cases carry the offending values, and
/// `message` turns them into one line that names the thing at fault and what would be right.
public protocol DiagnosedError: Error, Sendable {
  /// The exit status of the command.
  var kind: FailureKind { get }
  /// One line (more only where two lists are shown side by side), without a leading "error:".
  var message: String { get }
}
