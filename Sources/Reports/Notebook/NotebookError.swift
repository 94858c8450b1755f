import Diagnostics

/// Why a notebook cannot be made; what is wrong with the results file itself is a `StoreError`, what cannot be drawn a `FigureError`.
public enum NotebookError: DiagnosedError, Equatable {
  /// The file that a run is still writing, or has left behind.
  case unfinished(file: String)
  /// The notebook's name does not say that it is one.
  case name(file: String)
  /// A group of the results file has a dataset whose size does not follow from its axes.
  case wrongSize(dataset: String, found: Int, expected: Int)
  case cannotWrite(file: String, reason: String)

  public var kind: FailureKind {
    switch self {
    case .unfinished, .wrongSize: .badData
    case .name: .wrongUsage
    case .cannotWrite: .cannotCreateOutput
    }
  }

  public var message: String {
    switch self {
    case .unfinished(let file):
      "\(visible(file, limit: 300)): the unfinished file of a run; let the run come to its end and take what it leaves, which is called .h5"
    case .name(let file): "the notebook's file '\(visible(file, limit: 300))' must end in .ipynb"
    case .wrongSize(let dataset, let found, let expected):
      "\(visible(dataset, limit: 300)) has \(found) values, and its axes make \(expected); write the results anew"
    case .cannotWrite(let file, let reason):
      "cannot write '\(visible(file, limit: 300))': \(visible(reason, limit: 300))"
    }
  }
}
