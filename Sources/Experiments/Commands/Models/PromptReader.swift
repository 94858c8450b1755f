import Diagnostics
import Tokenization

/// A prompt as a command was given it.
public enum Prompt: Sendable, Hashable {
  case text(String)
  case tokens([Int32])
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

  /// The one token of an answer.
  /// - Throws: `CommandError.answerNotOneToken`, `.answerOutsideVocabulary`, and as `tokens`.
  func answer(_ answer: Prompt, vocabulary: Int, option: String) throws -> Int32 {
    let tokens: [Int32]
    switch answer {
    case .tokens(let ids): tokens = ids
    case .text(let text):
      guard let tokenizer else { throw CommandError.noTokenizer(folder: folder, option: option) }
      tokens = try tokenizer.encode(text, addSpecialTokens: false)
      guard tokens.count == 1 else {
        throw CommandError.answerNotOneToken(answer: text, tokens: tokens.map(label))
      }
    }
    guard let token = tokens.first, tokens.count == 1 else {
      throw CommandError.answerNotOneToken(answer: tokens.map(String.init).joined(separator: ","), tokens: tokens.map(label))
    }
    guard token >= 0, token < vocabulary else {
      throw CommandError.answerOutsideVocabulary(token: token, vocabulary: vocabulary)
    }
    return token
  }

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
