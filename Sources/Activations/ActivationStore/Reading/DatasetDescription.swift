/// What there is to know about a dataset without reading its values.
public struct DatasetDescription: Sendable, Hashable {
  /// From the root: `/sweeps/heads/logit_diff`.
  public let path: String
  public let shape: [Int]
  public let type: ElementType
  /// The names of the scales attached to the axes; nil for an axis that has none.
  public let dimensions: [String?]
  /// Whether the dataset itself says what stands along an axis.
  public let isScale: Bool
  /// nil when the dataset lies in one piece.
  public let chunk: [Int]?
  /// `shuffle`, `deflate`, `fletcher32`.
  public let filters: [String]
  /// Bytes that it takes in the file.
  public let storedBytes: Int
}

/// What stands in a group.
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
