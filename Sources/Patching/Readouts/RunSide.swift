import Execution

/// One of the two unedited runs. Raw values are their names in files.
public enum RunSide: String, Sendable, Hashable, CaseIterable { case clean, corrupted }

extension PromptSet {
  /// The prompts of one side.
  public func batch(_ side: RunSide) throws -> Batch {
    try Batch(prompts: pairs.map { side == .clean ? $0.clean : $0.corrupted })
  }
}
