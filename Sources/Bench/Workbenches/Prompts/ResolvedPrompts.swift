import Patching
import Tokenization

/// Prompts as tokens, with their texts.
public struct ResolvedPrompts: Sendable {
  public let set: PromptSet
  /// For each pair, the clean prompt as written; nil if it was written as token ids.
  public let texts: [String?]
  /// For each pair, its properties, by name.
  public let labels: [[String: String]]
  /// Notes to the user about what may not be written as intended.
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

  /// The texts of tokens, readable; nil without a tokenizer.
  public func strings(_ tokens: [Int32]) -> [String]? {
    tokenizer.map { tokenizer in tokens.map { tokenizer.tokenString($0) } }
  }
}
