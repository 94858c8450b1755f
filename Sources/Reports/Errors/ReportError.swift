import Diagnostics

/// Why a report cannot be made; what is wrong with the results file itself is a `StoreError`.
public enum ReportError: DiagnosedError, Equatable {
  /// The file that a run is still writing, or has left behind.
  case unfinished(file: String)
  case cannotCreateFolder(String, reason: String)
  case cannotWrite(file: String, reason: String)

  public var kind: FailureKind {
    switch self {
    case .unfinished: .badData
    case .cannotCreateFolder, .cannotWrite: .cannotCreateOutput
    }
  }

  public var message: String {
    switch self {
    case .unfinished(let file):
      "\(visible(file, limit: 300)): the unfinished file of a run; let the run come to its end and export what it leaves, which is called .h5"
    case .cannotCreateFolder(let folder, let reason):
      "cannot make the folder '\(visible(folder, limit: 300))': \(visible(reason, limit: 300))"
    case .cannotWrite(let file, let reason):
      "cannot write '\(visible(file, limit: 300))': \(visible(reason, limit: 300))"
    }
  }
}
