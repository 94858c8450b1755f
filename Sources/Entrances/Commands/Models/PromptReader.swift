import ExperimentFile
import ModelGraph
import Tokenization
import Workbenches

/// Prompts and answers of a command line or a file of prompts as tokens.
struct PromptReader: Sendable {
  let resolver: PromptResolver
  let prependBOS: PrependBOS

  /// - Throws: `CommandError.noTokensTaken`.
  init(_ bench: Workbench, prependBOS: PrependBOS) throws {
    guard case .tokens = bench.model.graph.input else {
      throw CommandError.noTokensTaken(family: bench.model.graph.family)
    }
    resolver = try bench.resolver()
    self.prependBOS = prependBOS
  }

  /// - Parameters:
  /// - key: the name of the prompt in messages.
  ///   - instead: where token ids can be given, for the message about a missing tokenizer.
  /// - Throws: `FileProblem`, `TokenizerError`.
  func tokens(of prompt: PromptSpec.Prompt, key: String, instead: String) throws -> [Int32] {
    if case .text = prompt { try checkTokenizer(key, instead) }
    return try resolver.tokens(of: prompt, key: key, prependBOS)
  }

  /// The single token of an answer to a prompt.
  /// - Throws: `FileProblem`, `TokenizerError`.
  func token(
    _ answer: PromptSpec.Token, after prompt: PromptSpec.Prompt, key: String, instead: String
  ) throws -> Int32 {
    if case .text = answer { try checkTokenizer(key, instead) }
    return try resolver.token(answer, key: key, after: prompt)
  }

  /// The texts of tokens, readable; nil without a tokenizer.
  func strings(_ tokens: [Int32]) -> [String]? {
    resolver.tokenizer.map { tokenizer in tokens.map { tokenizer.tokenString($0) } }
  }

  /// The label of a token in a table: its text in quotes; its id if its text is unknown.
  func label(_ token: Int32) -> String {
    guard let tokenizer = resolver.tokenizer, tokenizer.token(token) != nil else { return "#\(token)" }
    return quoted(tokenizer.tokenString(token))
  }

  private func checkTokenizer(_ key: String, _ instead: String) throws {
    if resolver.tokenizer == nil {
      throw FileProblem.needsTokenizer(key: key, folder: resolver.folder, instead: instead)
    }
  }
}
