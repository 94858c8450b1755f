extension HeadsError {
  public var message: String {
    switch self {
    case .noHeads(let family): "this \(family) model has no attention heads to measure"
    case .noSequences(let count): "\(count) random sequences: at least 1 is needed"
    case .lengthOutsideContext(let length, let context, let largest):
      "a first token and \(length) random ones, twice, are more than the model's context of \(context) tokens; "
        + (largest.map { "at most \($0), twice, fit" } ?? "no sequence fits")
    case .lengthTooSmall(let length):
      "\(length) random tokens before the repetition are too few to tell heads apart; at least 2 are needed"
    case .lengthOutsideVocabulary(let length, let vocabulary, let largest):
      "\(length) distinct random tokens besides the first are more than a vocabulary of \(vocabulary) has; at most \(largest)"
    }
  }
}
