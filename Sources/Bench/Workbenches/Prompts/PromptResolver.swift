import Diagnostics
import ExperimentFile
import Patching
import Tokenization

/// Turns prompts as written into tokens, with a tokenizer and within a model's limits.
public struct PromptResolver: Sendable {
  public let tokenizer: Tokenizer?
  /// The name of the model's folder in messages.
  public let folder: String
  /// Ids go from 0 to one less.
  public let vocabulary: Int
  /// The longest prompt; nil for no limit.
  public let context: Int?

  public init(tokenizer: Tokenizer?, folder: String, vocabulary: Int, context: Int?) {
    self.tokenizer = tokenizer
    self.folder = folder
    self.vocabulary = vocabulary
    self.context = context
  }

  /// Tokens and token strings of all pairs.
  /// - Parameter metrics: the metrics of the run; some compare the answer with a wrong one.
  /// - Throws: `ExperimentError` at the line of the pair at fault.
  public func resolve(
    _ prompts: [PromptSpec], prependBOS: PrependBOS = .automatic, metrics: [Metric] = [.logitDiff]
  ) throws -> ResolvedPrompts {
    let pairs = try prompts.map { try resolve($0, prependBOS: prependBOS, metrics: metrics) }
    let spaceless = try prompts.compactMap { try missingSpace(in: $0) }
    return ResolvedPrompts(
      set: PromptSet(pairs), tokenizer: tokenizer,
      texts: prompts.map { if case .text(let text) = $0.clean { text } else { nil } }, labels: prompts.map(\.labels),
      notes: spaceless.first.map { [$0.note(count: spaceless.count, of: prompts.count)] } ?? [])
  }

  private func resolve(_ spec: PromptSpec, prependBOS: PrependBOS, metrics: [Metric]) throws -> PromptSet.Pair {
    do {
      let clean = try tokens(of: spec.clean, key: "clean", prependBOS)
      let corrupted = try tokens(of: spec.corrupted, key: "corrupted", prependBOS)
      guard clean.count == corrupted.count else {
        throw FileProblem.differentLengths(clean: clean.map(label), corrupted: corrupted.map(label))
      }
      let answers = try spec.answers.map { try token($0, key: "answer", after: spec.clean) }
      let wrongs = try spec.wrongs.map { try token($0, key: "wrong", after: spec.clean) }
      if let comparing = metrics.first(where: \.needsWrong) {
        guard !wrongs.isEmpty else { throw FileProblem.noWrong(metric: comparing.rawValue) }
        if Set(answers) == Set(wrongs) { throw FileProblem.sameAnswer(label(answers[0])) }
      }
      return PromptSet.Pair(clean: clean, corrupted: corrupted, answers: answers, wrongs: wrongs)
    } catch let problem as FileProblem {
      throw ExperimentError.inFile(spec.place, problem)
    } catch {
      throw ExperimentError.wrapping(error, at: spec.place)
    }
  }

  /// A token as readable text; its id if there is no tokenizer.
  package func label(_ token: Int32) -> String { tokenizer?.tokenString(token) ?? "\(token)" }

  // MARK: Prompts

  /// The tokens of a text that is a prompt by itself, with a beginning-of-text token if the tokenizer adds one.
  /// - Parameter place: the place named in messages.
  /// - Throws: `ExperimentError` for a text that is empty, too long for the model, or of tokens that it does not have.
  public func tokens(of text: String, at place: Place) throws -> [Int32] {
    do {
      return try tokens(of: .text(text), key: "prompt", .automatic)
    } catch let problem as FileProblem {
      throw ExperimentError.inFile(place, problem)
    } catch {
      throw ExperimentError.wrapping(error, at: place)
    }
  }

  /// The tokens of one prompt.
  /// - Parameter key: its name in messages.
  /// - Throws: `FileProblem`, `TokenizerError`.
  package func tokens(of prompt: PromptSpec.Prompt, key: String, _ prependBOS: PrependBOS) throws -> [Int32] {
    let tokens: [Int32]
    let isText: Bool
    switch prompt {
    case .text(let text):
      (tokens, isText) = (try encode(text, key: key, prependBOS), true)
    case .tokens(let ids):
      (tokens, isText) = (prependBOS == .always ? try beginning(ids) : ids, false)
    }
    guard !tokens.isEmpty else { throw FileProblem.emptyPrompt(key: key) }
    for token in tokens { try check(token, key: key, isFromText: isText) }
    if let context, tokens.count > context {
      throw FileProblem.promptTooLong(key: key, tokens: tokens.count, context: context)
    }
    return tokens
  }

  private func encode(_ text: String, key: String, _ prependBOS: PrependBOS) throws -> [Int32] {
    guard let tokenizer else {
      throw FileProblem.needsTokenizer(key: key, folder: folder, instead: "\(key)_tokens")
    }
    let tokens = try tokenizer.encode(text, beginningOfText: prependBOS.forTokenizer)
    // The text may spell the token that was put in front of it.
    let isPutInFront = prependBOS == .always || (prependBOS == .automatic && tokenizer.addsBeginningOfText)
    if isPutInFront, let bos = tokenizer.beginningOfText, tokens.count > 1, tokens[0] == bos, tokens[1] == bos {
      return Array(tokens.dropFirst())
    }
    return tokens
  }

  /// Ids with one beginning-of-text token in front.
  private func beginning(_ ids: [Int32]) throws -> [Int32] {
    guard let bos = tokenizer?.beginningOfText else { throw TokenizerError.noBeginningOfText }
    return ids.first == bos ? ids : [bos] + ids
  }

  // MARK: Answers

  /// The single token of an answer: what it adds to its prompt or, if the two do not split cleanly, what it is by
  /// itself.
  ///
  /// Its own tokens alone would not suffice: tokenizers that put a space in front of every text make two tokens of "
  /// She", which is one after a prompt.
  /// - Throws: `FileProblem`, `TokenizerError`.
  package func token(_ token: PromptSpec.Token, key: String, after prompt: PromptSpec.Prompt) throws -> Int32 {
    switch token {
    case .id(let id):
      try check(id, key: "\(key)_token", isFromText: false)
      return id
    case .text(let text):
      guard let tokenizer else {
        throw FileProblem.needsTokenizer(key: key, folder: folder, instead: "\(key)_token")
      }
      let before: String? = if case .text(let before) = prompt { before } else { nil }
      let candidates = try readings(of: text, after: before, tokenizer)
      guard let found = candidates.first(where: { $0.count == 1 })?.first else {
        throw FileProblem.notOneToken(key: key, text: text, pieces: candidates[0].map(label))
      }
      if found == tokenizer.unknownToken { throw FileProblem.unknownToken(key: key, text: text) }
      try check(found, key: key, isFromText: true)
      return found
    }
  }

  /// A text as tokens: what it adds to a prompt, if the two split cleanly, and what it is by itself.
  private func readings(of text: String, after prompt: String?, _ tokenizer: Tokenizer) throws -> [[Int32]] {
    let alone = try tokenizer.encode(text, addSpecialTokens: false)
    guard let prompt else { return [alone] }
    let prefix = try tokenizer.encode(prompt, addSpecialTokens: false)
    let whole = try tokenizer.encode(prompt + text, addSpecialTokens: false)
    return whole.starts(with: prefix) ? [Array(whole.dropFirst(prefix.count)), alone] : [alone]
  }

  /// The single known token of a text after a prompt; nil if it is not one.
  func oneToken(_ text: String, after prompt: String) throws -> Int32? {
    guard let tokenizer else { return nil }
    let found = try readings(of: text, after: prompt, tokenizer).first { $0.count == 1 }?.first
    return found == tokenizer.unknownToken ? nil : found
  }

  private func check(_ token: Int32, key: String, isFromText: Bool) throws {
    guard token >= 0, token < vocabulary else {
      throw FileProblem.tokenOutOfRange(key: key, token: token, vocabulary: vocabulary, isFromText: isFromText)
    }
  }
}

extension PrependBOS {
  fileprivate var forTokenizer: Tokenizer.BeginningOfText {
    switch self {
    case .automatic: .automatic
    case .always: .always
    case .never: .never
    }
  }
}
