/// Generated training text: an endless sequence of short documents, each a pure function of the seed and its number.
///
/// No document contains what `DatasetSplit.heldOut` draws from: templates, name pairs and given objects of indirect
/// objects, and word combinations of the other tasks.
public struct GrammarText: Sendable, Hashable {
  public let seed: UInt64

  public init(seed: UInt64) { self.seed = seed }

  /// Each task's share of the text.
  private static let shares: [(share: Double, value: TaskDataset)] = [
    (0.40, .ioi), (0.11, .pronouns), (0.09, .agreement), (0.09, .successors), (0.08, .greaterThan), (0.11, .induction),
    (0.12, .agency),
  ]

  /// Document `index`: one to three sentences, 5 to 60 words.
  public func document(_ index: Int) -> String {
    var choice = Choice(seed: seed, index: index)
    // Usually alone, like prompts; now and then after another document, so that nothing depends on the position itself.
    let sentences = choice.weighted([(0.7, 1), (0.3, 2)])
    return (0..<sentences).map { _ in choice.weighted(Self.shares).grammar.document(&choice) }
      .joined(separator: " ")
  }
}
