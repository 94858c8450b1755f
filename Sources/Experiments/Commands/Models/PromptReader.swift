import Diagnostics
import Tokenization

/// A prompt as a command was given it.
public enum Prompt: Sendable, Hashable {
  case text(String)
  case tokens([Int32])

  /// The text, where it was given as one.
  var text: String? {
    if case .text(let text) = self { text } else { nil }
  }
}

/// Turns prompts into tokens, and tokens into what tables call them, with the tokenizer of a model's folder if it has one.
struct PromptReader: Sendable {
  let folder: String
  let tokenizer: Tokenizer?
  let beginningOfText: Tokenizer.BeginningOfText

  /// Reads the folder's tokenizer.
  /// - Throws: `TokenizerError`.
  init(folder: String, beginningOfText: Tokenizer.BeginningOfText) throws {
    self.folder = folder
    self.beginningOfText = beginningOfText
    tokenizer = try Tokenizer.load(folder: folder)
  }

  /// - Parameter option: where ids can be given instead, for the error about a missing tokenizer.
  /// - Throws: `CommandError.noTokenizer`, `TokenizerError`.
  func tokens(of prompt: Prompt, option: String) throws -> [Int32] {
    switch prompt {
    case .tokens(let tokens): return tokens
    case .text(let text):
      guard let tokenizer else { throw CommandError.noTokenizer(folder: folder, option: option) }
      return try tokenizer.encode(text, beginningOfText: beginningOfText)
    }
  }

  /// The one token of an answer: what it adds to the prompt that it follows, or what it is by itself. (Tokenizers that put a space in front of
  /// every text make two tokens of " She" by itself.)
  /// - Throws: `CommandError.answerNotOneToken`, `.answerOutsideVocabulary`, and as `tokens`.
  func answer(_ answer: Prompt, after prompt: String?, vocabulary: Int, option: String) throws -> Int32 {
    let candidates: [[Int32]]
    let name: String
    switch answer {
    case .tokens(let ids): (candidates, name) = ([ids], ids.map(String.init).joined(separator: ","))
    case .text(let text):
      guard let tokenizer else { throw CommandError.noTokenizer(folder: folder, option: option) }
      let alone = try tokenizer.encode(text, addSpecialTokens: false)
      let before = try tokenizer.encode(prompt ?? "", addSpecialTokens: false)
      let whole = try tokenizer.encode((prompt ?? "") + text, addSpecialTokens: false)
      candidates = (whole.starts(with: before) ? [Array(whole.dropFirst(before.count))] : []) + [alone]
      name = text
    }
    guard let token = candidates.first(where: { $0.count == 1 })?.first else {
      throw CommandError.answerNotOneToken(answer: name, tokens: candidates[0].map(label))
    }
    guard token >= 0, token < vocabulary else {
      throw CommandError.answerOutsideVocabulary(token: token, vocabulary: vocabulary)
    }
    return token
  }

  /// What tokens say, as a person would read them; nil without a tokenizer.
  func strings(_ tokens: [Int32]) -> [String]? { tokenizer.map { tokenizer in tokens.map { tokenizer.tokenString($0) } } }

  /// A token's text, or its id where nothing is known of its text.
  func plainLabel(_ token: Int32) -> String { tokenizer?.tokenString(token) ?? "#\(token)" }

  /// What a table calls a token: its text in quotes, line ends and other control characters escaped; its id where nothing is known of its text.
  func label(_ token: Int32) -> String {
    guard let tokenizer, tokenizer.token(token) != nil else { return "#\(token)" }
    var text = ""
    for scalar in tokenizer.tokenString(token).unicodeScalars {
      switch scalar {
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      default:
        if scalar.properties.generalCategory == .control {
          text += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
          text.unicodeScalars.append(scalar)
        }
      }
    }
    return "'\(text)'"
  }
}
