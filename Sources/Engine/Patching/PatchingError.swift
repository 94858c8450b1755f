import Diagnostics

/// What can be wrong with a sweep, apart from its site and edit.
public enum PatchingError: DiagnosedError, Equatable {
  case coefficientWithoutAdd(String)
  case metricNeedsWrong(metric: String, example: Int)
  case emptyPath(sweep: String, end: String)
  case logitsTogether(sweep: String)
  /// No prompt has any of the positions at one end of a path.
  case pathNeverFires(sweep: String, end: String, longest: Int)
  case scoresNotFinite(sweep: String, example: Int)
  /// A metric whose change cannot be estimated from a gradient.
  case noEstimate(sweep: String, metric: Metric, reason: String)
  case estimateNotFinite(sweep: String, example: Int)
  /// Estimates start from the unedited run.
  case noEstimateWithOtherEdits(sweep: String)

  public var kind: FailureKind { .badData }

  public var message: String {
    switch self {
    case .coefficientWithoutAdd(let sweep):
      "sweep '\(sweep)': only the edit 'add' has coefficients to sweep over"
    case .metricNeedsWrong(let metric, let example):
      "metric '\(metric)' compares the answer with a wrong token, but prompt \(example) has none"
    case .emptyPath(let sweep, let end): "sweep '\(sweep)': a path needs \(end), but there are none"
    case .pathNeverFires(let sweep, let end, let longest):
      """
      sweep '\(sweep)' would never fire: no prompt has any of the chosen \(end) positions (the longest prompt has \
      \(longest) positions)
      """
    case .logitsTogether(let sweep):
      """
      sweep '\(sweep)': the logits cannot be patched together with other receivers, whose effect would never be read; \
      use `together: false` or a sweep of their own
      """
    case .scoresNotFinite(let sweep, let example):
      "\(sweep): the logits of prompt \(example) are not finite numbers; an added vector or a factor is too large"
    case .noEstimate(let sweep, let metric, let reason):
      "sweep '\(sweep)': attribution cannot estimate the metric '\(metric.rawValue)': \(reason)"
    case .noEstimateWithOtherEdits(let sweep):
      "sweep '\(sweep)': attribution estimates edits of the unedited run, so no other edit can apply at the same time; leave out 'with', or run the cells"
    case .estimateNotFinite(let sweep, let example):
      "\(sweep): the estimate for prompt \(example) is not a finite number; an added vector or a factor is too large"
    }
  }
}
