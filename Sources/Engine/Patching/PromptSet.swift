import Execution
import Tensors

/// Tokenised prompt pairs, with the tokens that should and should not follow.
public struct PromptSet: Sendable {
  /// One clean and one corrupted prompt of the same length.
  public struct Pair: Sendable, Hashable {
    public let clean: [Int32]
    public let corrupted: [Int32]
    /// The accepted answers, usually one.
    public let answers: [Int32]
    /// The tokens that the answer is compared with; empty if no metric compares.
    public let wrongs: [Int32]

    public init(clean: [Int32], corrupted: [Int32], answers: [Int32], wrongs: [Int32]) {
      self.clean = clean
      self.corrupted = corrupted
      self.answers = answers
      self.wrongs = wrongs
    }
  }

  public let pairs: [Pair]
  private let pictures: (clean: Tensor, corrupted: Tensor)?

  /// - Precondition: each pair's prompts have the same length, and each pair has an answer.
  public init(_ pairs: [Pair]) {
    precondition(pairs.allSatisfy { $0.clean.count == $0.corrupted.count }, "both prompts of a pair have one length")
    precondition(pairs.allSatisfy { !$0.answers.isEmpty }, "a pair has an answer")
    self.pairs = pairs
    pictures = nil
  }

  /// Pairs of pictures.
  /// - Parameters:
  ///   - corrupted: the same shape.
  ///   - corrupted: in the same shape.
  ///   - actions: for each pair, the right actions, and those that they are compared with.
  /// - Precondition: there are as many actions as pictures; each has an answer.
  public init(clean: Tensor, corrupted: Tensor, actions: [(answers: [Int32], wrongs: [Int32])]) {
    precondition(clean.shape == corrupted.shape && clean.shape.first == actions.count, "pictures in pairs")
    precondition(actions.allSatisfy { !$0.answers.isEmpty }, "a pair has an answer")
    pairs = actions.map { Pair(clean: [], corrupted: [], answers: $0.answers, wrongs: $0.wrongs) }
    pictures = (clean, corrupted)
  }

  public var count: Int { pairs.count }

  /// The longest prompt's number of tokens.
  public var longest: Int { pairs.map(\.length).max() ?? 0 }

  /// Whether the inputs are pictures.
  public var hasPictures: Bool { pictures != nil }

  /// One side of all pairs.
  public func batch(_ side: RunSide) throws -> Batch {
    if let pictures { return try Batch(observations: side == .clean ? pictures.clean : pictures.corrupted) }
    return try Batch(prompts: pairs.map { side == .clean ? $0.clean : $0.corrupted })
  }

  /// The run that is edited.
  public func base(_ direction: PatchingDirection) throws -> Batch { try batch(direction.base) }

  /// The run that patches come from.
  public func other(_ direction: PatchingDirection) throws -> Batch { try batch(direction.other) }

  /// One side of some of the pairs, in that order.
  /// - Precondition: `rows` is not empty and contains only numbers of pairs.
  func batch(_ side: RunSide, rows: some Collection<Int>) throws -> Batch {
    if let pictures {
      return try Batch(observations: (side == .clean ? pictures.clean : pictures.corrupted).gatheringRows(Array(rows)))
    }
    return try Batch(prompts: rows.map { side == .clean ? pairs[$0].clean : pairs[$0].corrupted })
  }

  /// Some of the pairs in order, in groups of about `entries` positions; a longer pair is a group by itself.
  func groups(of rows: Range<Int>, entries limit: Int) -> [Range<Int>] {
    var groups: [Range<Int>] = []
    var (start, held) = (rows.lowerBound, 0)
    for row in rows {
      if row > start, held + pairs[row].length > limit {
        groups.append(start..<row)
        (start, held) = (row, 0)
      }
      held += pairs[row].length
    }
    if start < rows.upperBound { groups.append(start..<rows.upperBound) }
    return groups
  }
}

extension PromptSet.Pair {
  /// How many positions a run of either side has; a picture has one.
  public var length: Int { max(1, clean.count) }
}
