import Execution

/// What an edit may take numbers from, besides the value that it edits.
public struct EditSource: Sendable {
  /// Which run an edit takes from. The rows are those of the run that is edited.
  public enum Run: Sendable, Hashable {
    case none
    /// The other run of each example.
    case other
    /// One row: the mean of the other runs over all examples.
    case meanOfOther
    /// The other run of another example of the same length.
    case otherExamples(seed: UInt64)
  }

  /// The run that the edit `takes` from, with the edited nodes.
  let other: Activations?
  /// The unedited run, with the edited nodes.
  let base: Activations?
  /// Both runs of all examples.
  let examples: ExampleDifferences?

  /// - Parameters: what there is; an edit that needs more is refused when it is placed.
  public init(other: Activations? = nil, base: Activations? = nil) {
    self.init(other: other, base: base, examples: nil)
  }

  package init(other: Activations? = nil, base: Activations?, examples: ExampleDifferences?) {
    self.other = other
    self.base = base
    self.examples = examples
  }

  /// The same with the unedited run, and what one example's difference is added to another from.
  package func with(base: Activations, examples: ExampleDifferences?) -> EditSource {
    EditSource(other: other, base: base, examples: examples)
  }
}
