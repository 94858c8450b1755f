import Diagnostics

/// Why a notebook cannot be made; problems of the results file itself are `StoreError`s, those of drawing are
/// `FigureError`s.
public enum NotebookError: DiagnosedError, Equatable {
  /// The name of the notebook does not end in .ipynb.
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
