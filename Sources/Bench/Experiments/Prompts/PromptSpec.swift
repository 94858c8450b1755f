/// A pair of prompts as it was written, before any tokenizer has seen it.
public struct PromptSpec: Sendable, Hashable {
  /// What is run.
  public enum Prompt: Sendable, Hashable {
    case text(String)
    case tokens([Int32])
  }

  /// One token.
  public enum Token: Sendable, Hashable {
    /// What the token says, its leading space included.
    case text(String)
    case id(Int32)
  }

  public let clean: Prompt
  /// Text if `clean` is, token ids if `clean` is.
  public let corrupted: Prompt
  /// The accepted answers, at least one.
  public let answers: [Token]
  /// The tokens that the answer is compared with; may be empty.
  public let wrongs: [Token]
  /// What is known of the pair, by what it is called.
  public let labels: [String: String]
  public let place: Place

  public init(
    clean: Prompt, corrupted: Prompt, answers: [Token], wrongs: [Token], labels: [String: String] = [:], place: Place
  ) {
    self.clean = clean
    self.corrupted = corrupted
    self.answers = answers
    self.wrongs = wrongs
    self.labels = labels
    self.place = place
  }
}
