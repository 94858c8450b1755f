import Diagnostics

/// What can keep a model's heads from being measured. `HeadsError+Message` has the wording.
public enum HeadsError: DiagnosedError, Hashable {
  /// The model has no attention heads.
  case noHeads(family: String)
  case noSequences(Int)
  /// Random tokens before they are repeated; `largest` fits the context, nil where no length does.
  case lengthOutsideContext(length: Int, context: Int, largest: Int?)
  case lengthTooSmall(Int)
  /// The tokens of a sequence are distinct, and the vocabulary has not so many.
  case lengthOutsideVocabulary(length: Int, vocabulary: Int, largest: Int)

  public var kind: FailureKind {
    switch self {
    case .noHeads: .badData
    case .noSequences, .lengthOutsideContext, .lengthTooSmall, .lengthOutsideVocabulary: .wrongUsage
    }
  }
}
