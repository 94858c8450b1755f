import Patching
import Tokenization

/// Prompts as tokens, and what the tokens say.
public struct ResolvedPrompts: Sendable {
  public let set: PromptSet
  /// For each pair, the clean prompt as it was written; nil where it was written as token ids.
  public let texts: [String?]
  /// For each pair, what is known of it, by what it is called.
  public let labels: [[String: String]]
  /// What may be meant otherwise than it is written, in lines for a person.
  public let notes: [String]
  private let tokenizer: Tokenizer?

  package init(
    set: PromptSet, tokenizer: Tokenizer?, texts: [String?], labels: [[String: String]], notes: [String] = []
  ) {
    self.notes = notes
    self.set = set
    self.tokenizer = tokenizer
    self.texts = texts
    self.labels = labels
  }

  /// What tokens say, as a person would read them; nil without a tokenizer.
  public func strings(_ tokens: [Int32]) -> [String]? {
    tokenizer.map { tokenizer in tokens.map { tokenizer.tokenString($0) } }
  }
}
