import Diagnostics

/// Why a notebook cannot be made; what is wrong with the results file itself is a `StoreError`, what cannot be drawn a `FigureError`.
public enum NotebookError: DiagnosedError, Equatable {
  /// The notebook's name does not say that it is one.
  case name(file: String)
  case cannotWrite(file: String, reason: String)

  public var kind: FailureKind {
    switch self {
    case .name: .wrongUsage
    case .cannotWrite: .cannotCreateOutput
    }
  }

  public var message: String {
    switch self {
    case .name(let file): "the notebook's file '\(visible(file, limit: 300))' must end in .ipynb"
    case .cannotWrite(let file, let reason):
      "cannot write '\(visible(file, limit: 300))': \(visible(reason, limit: 300))"
    }
  }
}
