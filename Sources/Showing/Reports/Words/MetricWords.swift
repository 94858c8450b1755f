/// Metrics in words.
enum MetricWords {
  /// - Parameter hasTokens: whether there are positions to mention; mazes have none.
  static func metric(_ name: String, hasTokens: Bool = true) -> String {
    let words = metric(name)
    return hasTokens
      ? words : words.replacing(", at the last position", with: "").replacing(" at the last position", with: "")
  }

  private static func metric(_ name: String) -> String {
    switch name {
    case "logit_diff": "the answer's logit minus the wrong token's, at the last position"
    case "logit": "the answer's logit at the last position"
    case "log_prob": "the logarithm of the answer's probability, in nats"
    case "prob": "the answer's probability at the last position"
    case "choice": "the answer's share of the probability of the answer and the wrong token"
    case "kl": "how far the output over the whole vocabulary is from the base run's (Kullback-Leibler, in nats)"
    case "rank": "how many tokens have a higher logit than the answer; 0 is the top"
    default: "as defined in the file"
    }
  }
}

/// The name of an axis in sentences.
func axisWord(_ axis: String) -> String { axis.replacing("_", with: " ") }
