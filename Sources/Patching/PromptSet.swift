import Execution

/// Tokenised pairs of prompts with what should and what should not follow.
public struct PromptSet: Sendable {
  /// One clean and one corrupted prompt of the same length.
  public struct Pair: Sendable, Hashable {
    public let clean: [Int32]
    public let corrupted: [Int32]
    /// The accepted answers; one, as a rule.
    public let answers: [Int32]
    /// The tokens that the answer is compared with; empty where no metric compares.
    public let wrongs: [Int32]

    public init(clean: [Int32], corrupted: [Int32], answers: [Int32], wrongs: [Int32]) {
      self.clean = clean
      self.corrupted = corrupted
      self.answers = answers
      self.wrongs = wrongs
    }
  }

  public let pairs: [Pair]

  /// - Precondition: each pair's prompts have the same length, and each has an answer.
  public init(_ pairs: [Pair]) {
    precondition(pairs.allSatisfy { $0.clean.count == $0.corrupted.count }, "both prompts of a pair have one length")
    precondition(pairs.allSatisfy { !$0.answers.isEmpty }, "a pair has an answer")
    self.pairs = pairs
  }

  public var count: Int { pairs.count }

  /// The longest prompt's number of tokens.
  public var longest: Int { pairs.map { $0.clean.count }.max() ?? 0 }

  /// The run that is edited.
  public func base(_ direction: PatchingDirection) throws -> Batch {
    try Batch(prompts: pairs.map { direction == .denoise ? $0.corrupted : $0.clean })
  }

  /// The run that patches come from.
  public func other(_ direction: PatchingDirection) throws -> Batch {
    try Batch(prompts: pairs.map { direction == .denoise ? $0.clean : $0.corrupted })
  }
}
