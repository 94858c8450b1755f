import ExperimentFile
import Tokenization

/// An answer without a leading space after a prompt that ends in a word. YAML drops the spaces around an unquoted word,
/// so in most vocabularies `answer:  Mary` is a different token from `answer: " Mary"`.
struct MissingSpace: Sendable, Hashable {
  let place: Place
  let key: String
  let text: String

  /// The note for the user.
  /// - Parameters:
  ///   - count: how many pairs of prompts have such an answer.
  ///   - pairs: how many pairs there are.
  func note(count: Int, of pairs: Int) -> String {
    """
    note: \(place): \(key) \(quoted(text)) has no space in front, though its prompt ends in a word, and \
    \(quoted(" " + text)) is one token too; if that is meant, write it with quotes, \(key): \(quoted(" " + text)), since \
    YAML drops the spaces around words without (\(count) of \(pairs) \(pairs == 1 ? "pair" : "pairs"))
    """
  }
}

extension PromptResolver {
  /// An answer or a wrong token of a pair that may have lost its space: the prompt ends in a letter, a digit or a mark
  /// after one, the answer starts with a letter or a digit, and with a space in front it is a different single token.
  /// - Throws: `TokenizerError`.
  func missingSpace(in spec: PromptSpec) throws -> MissingSpace? {
    guard case .text(let prompt) = spec.clean, let last = prompt.unicodeScalars.last,
      isOfAWord(last) || ",;:.!?".unicodeScalars.contains(last)
    else { return nil }
    for (key, tokens) in [("answer", spec.answers), ("wrong", spec.wrongs)] {
      for case .text(let text) in tokens {
        guard let first = text.unicodeScalars.first, isOfAWord(first), let own = try oneToken(text, after: prompt),
          let spaced = try oneToken(" " + text, after: prompt), spaced != own
        else { continue }
        return MissingSpace(place: spec.place, key: key, text: text)
      }
    }
    return nil
  }

  /// Scripts from here on are written without spaces.
  private func isOfAWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x2E80 && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
  }
}
