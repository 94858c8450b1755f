import Diagnostics

/// What can be wrong with a sweep apart from its site and edit.
public enum PatchingError: DiagnosedError, Equatable {
  case coefficientWithoutAdd(String)
  case metricNeedsWrong(metric: String, example: Int)
  case scoresNotFinite(sweep: String, example: Int)

  public var kind: FailureKind { .badData }

  public var message: String {
    switch self {
    case .coefficientWithoutAdd(let sweep):
      "sweep '\(sweep)': only the edit 'add' has coefficients to go over"
    case .metricNeedsWrong(let metric, let example):
      "metric '\(metric)' compares the answer with a wrong token, and prompt \(example) has none"
    case .scoresNotFinite(let sweep, let example):
      "\(sweep): the logits of prompt \(example) are not finite numbers; an added vector or a factor is too large"
    }
  }
}
