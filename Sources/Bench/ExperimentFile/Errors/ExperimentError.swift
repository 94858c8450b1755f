import Diagnostics

/// What can be wrong with an experiment: its file, its prompts, its model, and how they fit.
public enum ExperimentError: DiagnosedError, Equatable {
  // Files
  case fileNotFound(String)
  case notAFile(String)
  case unreadable(file: String, reason: String)
  case notUTF8(file: String)
  case brokenYAML(file: String, line: Int, column: Int, problem: String)
  case brokenJSON(file: String, JSONError)
  case noExperiment(file: String)
  case noAnalysis(file: String)
  case noPrompts(file: String)
  /// A file of training text without any text.
  case noDocuments(file: String)
  case inFile(Place, FileProblem)
  /// Another module's error, with the line that caused it and its exit status.
  case nested(Place?, FailureKind, String)

  // Vector files
  case unknownVectorFormat(file: String)
  case badVector(file: String, problem: String)
  /// The vector cannot be written as a control vector.
  case noControlVector(reason: String)

  // Models
  case noModel(file: String)
  case noSuchBundledModel(name: String, bundled: [String])
  /// The folder with the bundled models is not where it was built.
  case bundledModelsMoved(name: String, place: String)

  // Running
  case cannotCreateFolder(String, reason: String)
  case cannotWrite(String, reason: String)
  /// The user has stopped the run before anything was done.
  case interrupted
  /// The user has stopped the run; a file has what was done.
  case interruptedWithRest(done: Int, total: Int, file: String)
  /// A file that cannot be resumed, since it belongs to something else.
  case cannotResume(file: String, difference: String)

  public var kind: FailureKind {
    switch self {
    case .fileNotFound, .noSuchBundledModel, .bundledModelsMoved: .inputNotFound
    case .unreadable: .ioFailed
    case .cannotCreateFolder, .cannotWrite: .cannotCreateOutput
    case .interrupted, .interruptedWithRest: .interrupted
    case .noControlVector: .wrongUsage
    case .nested(_, let kind, _): kind
    default: .badData
    }
  }

  /// Puts the line that caused another module's error in front of it; errors of this module are unchanged.
  package static func wrapping(_ error: any Error, at place: Place?) -> any Error {
    if error is ExperimentError { return error }
    guard let error = error as? any DiagnosedError else { return error }
    return ExperimentError.nested(place, error.kind, error.message)
  }
}
