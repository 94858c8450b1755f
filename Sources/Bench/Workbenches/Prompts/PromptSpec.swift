import ExperimentFile

/// A prompt pair as written, before it is tokenized.
public struct PromptSpec: Sendable, Hashable {
  /// What is run.
  public enum Prompt: Sendable, Hashable {
    case text(String)
    case tokens([Int32])
  }

  /// One token.
  public enum Token: Sendable, Hashable {
    /// The token's text, including its leading space.
    case text(String)
    case id(Int32)
  }

  public let clean: Prompt
  /// Text or token ids, like `clean`.
  public let corrupted: Prompt
  /// The accepted answers, at least one.
  public let answers: [Token]
  /// The tokens that the answer is compared with; may be empty.
  public let wrongs: [Token]
  /// Properties of the pair, by name.
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

extension PromptSpec {
  /// A prompt pair as texts, given by a program.
  /// - Parameters:
  ///   - answer: what should follow the clean prompt, including its leading space: one token.
  ///   - wrong: what the answer is compared with; nil if no metric compares.
  ///   - file: with `line`, the place named in messages.
  public init(
    clean: String, corrupted: String, answer: String, wrong: String? = nil, labels: [String: String] = [:],
    file: String = #fileID, line: Int = #line
  ) {
    self.init(
      clean: .text(clean), corrupted: .text(corrupted), answers: [.text(answer)],
      wrongs: wrong.map { [.text($0)] } ?? [],
      labels: labels, place: Place(file: file, line: line))
  }
}
