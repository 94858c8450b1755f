import Diagnostics

/// What can be wrong with the input of a run.
public enum RunError: DiagnosedError, Equatable {
  case noPrompts
  case emptyPrompt(example: Int)
  case promptTooLong(example: Int, tokens: Int, context: Int)
  case tokenOutOfRange(token: Int32, example: Int, position: Int, vocabulary: Int)
  case wrongInput(given: String, needed: String)
  case wrongObservation(shape: [Int], expected: [Int])
  /// An edit whose region has no number in its row.
  case editOutsideRow(hook: String, example: Int, positions: Range<Int>, length: Int)
  /// Logits that are not finite although the weights are.
  case logitsNotFinite(example: Int)
  /// A model that cannot be continued token by token because its values at earlier tokens would change.
  case seesLaterTokens(hook: String)
  /// An edit of what a causal model hides: a destination's number for a later token.
  case editShowsLaterTokens(hook: String)

  public var kind: FailureKind { .badData }

  public var message: String {
    switch self {
    case .noPrompts: "the prompt list is empty; give at least one prompt"
    case .emptyPrompt(let example): "prompt \(example) has no tokens; a prompt needs at least one"
    case .promptTooLong(let example, let tokens, let context):
      "prompt \(example) has \(tokens) tokens, more than the model's context of \(context)"
    case .tokenOutOfRange(let token, let example, let position, let vocabulary):
      "token \(token) at position \(position) of prompt \(example) is outside the vocabulary (0 to \(vocabulary - 1))"
    case .wrongInput(let given, let needed): "this model takes \(needed), not \(given)"
    case .wrongObservation(let shape, let expected): "an observation has shape \(shape); this model takes \(expected)"
    case .editOutsideRow(let hook, let example, let positions, let length):
      """
      an edit of \(hook) at position \(positions.lowerBound) would never fire: prompt \(example) has \(length) positions \
      (0 to \(length - 1))
      """
    case .logitsNotFinite(let example):
      "the logits of prompt \(example) are not finite numbers: a weight is too large for float32"
    case .seesLaterTokens(let hook):
      "text cannot be continued: at \(hook) this model's tokens see those after them; a causal model is needed"
    case .editShowsLaterTokens(let hook):
      """
      text cannot be continued under this edit of \(hook): it would let earlier tokens see later \
      ones; choose an edit that leaves masked tokens masked
      """
    }
  }
}
