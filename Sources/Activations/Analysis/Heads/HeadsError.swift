import Diagnostics

/// Why a model's heads cannot be measured. `HeadsError+Message` has the wording.
public enum HeadsError: DiagnosedError, Hashable {
  /// The model has no attention heads.
  case noHeads(family: String)
  case noSequences(Int)
  /// The number of random tokens before they are repeated; `largest` is what fits the context, nil if nothing does.
  case lengthOutsideContext(length: Int, context: Int, largest: Int?)
  case lengthTooSmall(Int)
  /// The tokens of a sequence are distinct, and the vocabulary does not have that many.
  case lengthOutsideVocabulary(length: Int, vocabulary: Int, largest: Int)

  public var kind: FailureKind {
    switch self {
    case .noHeads: .badData
    case .noSequences, .lengthOutsideContext, .lengthTooSmall, .lengthOutsideVocabulary: .wrongUsage
    }
  }
}
