import Execution

/// What an edit may take numbers from, besides the value that it edits.
public struct EditSource: Sendable {
  /// The run that an edit takes numbers from. Its rows are those of the edited run.
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

  /// - Parameters: what is available; placing an edit that needs more is an error.
  public init(other: Activations? = nil, base: Activations? = nil) {
    self.init(other: other, base: base, examples: nil)
  }

  package init(other: Activations? = nil, base: Activations?, examples: ExampleDifferences?) {
    self.other = other
    self.base = base
    self.examples = examples
  }

  /// The same with the unedited run and the runs from which differences of other examples are taken.
  package func with(base: Activations, examples: ExampleDifferences?) -> EditSource {
    EditSource(other: other, base: base, examples: examples)
  }
}
