/// What is read off the scores over the vocabulary at the last position. Raw values are the names in experiment and results files.
public enum Metric: String, Sendable, Hashable, CaseIterable {
  /// logit[answer] - logit[wrong]; the means of both sets where several answers are accepted.
  case logitDiff = "logit_diff"
  /// logit[answer]
  case logit
  /// log softmax[answer], in nats
  case logProb = "log_prob"
  /// softmax[answer]
  case prob
  /// P(answer) / (P(answer) + P(wrong)): which of the two is chosen (the A/B answers of CAA); of several, the sums
  case choice
  /// KL(base || patched) over the whole vocabulary, in nats; 0 for the base run itself
  case kl
  /// How many tokens have a higher logit than the answer: 0 is the top
  case rank

  /// Whether the answer's and the wrong token's logits are enough to compute it.
  public var needsOnlyAnswers: Bool { self == .logitDiff || self == .logit || self == .choice }

  /// Whether it compares the answer with a wrong token.
  public var needsWrong: Bool { self == .logitDiff || self == .choice }
}

/// Which run is edited and which one patches come from.
public enum PatchingDirection: String, Sendable, Hashable, CaseIterable {
  /// Clean activations into the corrupted run.
  case denoise
  /// Corrupted activations into the clean run.
  case noise

  /// The run that is edited.
  var base: RunSide { self == .denoise ? .corrupted : .clean }

  /// The run that patches come from.
  var other: RunSide { self == .denoise ? .clean : .corrupted }
}
