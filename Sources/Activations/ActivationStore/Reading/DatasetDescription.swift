/// What can be known about a dataset without reading its values.
public struct DatasetDescription: Sendable, Hashable {
  /// From the root: `/sweeps/heads/logit_diff`.
  public let path: String
  public let shape: [Int]
  public let type: ElementType
  /// The names of the scales attached to the axes; nil for an axis that has none.
  public let dimensions: [String?]
  /// Whether the dataset is itself a scale, the labels of an axis.
  public let isScale: Bool
  /// nil if the dataset is stored in one piece.
  public let chunk: [Int]?
  /// `shuffle`, `deflate`, `fletcher32`.
  public let filters: [String]
  /// Bytes it takes in the file.
  public let storedBytes: Int
}

/// The contents of a group.
public struct GroupListing: Sendable, Hashable {
  /// The names of the groups in it, in alphabetical order.
  public let groups: [String]
  /// The names of the datasets in it, in alphabetical order.
  public let datasets: [String]

  public init(groups: [String], datasets: [String]) {
    self.groups = groups
    self.datasets = datasets
  }
}
