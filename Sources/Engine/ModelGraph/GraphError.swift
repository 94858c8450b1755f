import Diagnostics

/// What can be wrong with a request to a graph.
public enum GraphError: DiagnosedError, Equatable {
  /// A hook name or pattern that matches no activation of the model.
  case noSuchHook(pattern: String, family: String, hooks: [String])
  /// A model without a residual stream, where one is needed.
  case notTransformer(family: String)

  public var kind: FailureKind { .badData }

  public var message: String {
    switch self {
    case .noSuchHook(let pattern, let family, let hooks):
      let near = nearestName(to: pattern, among: hooks).map { " (did you mean '\($0)'?)" } ?? ""
      return """
        hook '\(pattern)': no activation of this \(family) model has that name\(near); \
        `patchbay hooks MODEL` lists them
        """
    case .notTransformer(let family):
      return "this \(family) model is not a transformer: it has no residual stream that heads and MLPs read and write"
    }
  }
}
