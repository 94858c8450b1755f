import Diagnostics

/// Why a report cannot be made; problems of the results file itself are `StoreError`s.
public enum ReportError: DiagnosedError, Equatable {
  case cannotCreateFolder(String, reason: String)
  case cannotWrite(file: String, reason: String)

  public var kind: FailureKind { .cannotCreateOutput }

  public var message: String {
    switch self {
    case .cannotCreateFolder(let folder, let reason):
      "cannot create the folder '\(visible(folder, limit: 300))': \(visible(reason, limit: 300))"
    case .cannotWrite(let file, let reason):
      "cannot write '\(visible(file, limit: 300))': \(visible(reason, limit: 300))"
    }
  }
}
