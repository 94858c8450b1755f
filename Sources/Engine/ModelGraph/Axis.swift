/// The name of an axis of an activation. Raw values are the dimension names in HDF5 files.
public enum Axis: String, Sendable, Hashable, CaseIterable {
  /// The prompts (or observations) of a batch.
  case example
  /// The tokens of a prompt, from 0.
  case position
  /// Attention heads: query heads, or key-value heads for keys and values.
  case head
  /// The token that attends (the query's position).
  case destination
  /// The token attended to (the key's position).
  case source
  /// The residual stream's width.
  case dModel
  /// The width of one head's query, key, value or output.
  case dHead
  /// The neurons of an MLP.
  case dMlp
  /// Scores over the vocabulary.
  case vocabulary
  /// An axis of length 1, for a norm's scale.
  case scale
  /// A feature map of a convolution.
  case channel
  /// Rows of an image, from the top.
  case row
  /// Columns of an image, from the left.
  case column
  /// Units of a dense layer outside a transformer.
  case unit
}

/// An axis and its length.
public struct Extent: Sendable, Hashable {
  /// The axis's name.
  public let axis: Axis
  /// How many entries it has.
  public let size: Int

  /// - Precondition: `size` is not negative.
  public init(_ axis: Axis, _ size: Int) {
    precondition(size >= 0, "an axis cannot be \(size) long")
    self.axis = axis
    self.size = size
  }
}
