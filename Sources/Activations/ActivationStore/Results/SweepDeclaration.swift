import LabelledArrays

/// The datasets of one sweep and their axes.
public struct SweepDeclaration: Sendable, Hashable {
  /// A dataset besides those of the metrics.
  public struct Extra: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
      /// NaN until written.
      case float32
      /// -1 until written; for flags.
      case int8
    }

    public var name: String
    public var kind: Kind
    /// Whether there is a value for each example, or one for each cell.
    public var perExample: Bool
    public var attributes: [String: Attribute]

    public init(_ name: String, _ kind: Kind, perExample: Bool = true, attributes: [String: Attribute] = [:]) {
      self.name = name
      self.kind = kind
      self.perExample = perExample
      self.attributes = attributes
    }
  }

  /// The sweep's name: its group is `/sweeps/NAME`.
  public var name: String
  /// The axes of the cells, outermost first; `example` is added to them.
  public var axes: [LabelledAxis]
  /// Each a float32 dataset [axes..., example], NaN until written.
  public var metrics: [String]
  /// Whether there is a dataset `change_norm` like those of the metrics.
  public var hasChangeNorm: Bool
  public var extras: [Extra]
  /// Attributes of the group.
  public var attributes: [String: Attribute]

  public init(
    name: String, axes: [LabelledAxis], metrics: [String], hasChangeNorm: Bool = true, extras: [Extra] = [],
    attributes: [String: Attribute] = [:]
  ) {
    self.name = name
    self.axes = axes
    self.metrics = metrics
    self.hasChangeNorm = hasChangeNorm
    self.extras = extras
    self.attributes = attributes
  }

  /// How many cells the axes span.
  public var cells: Int { axes.reduce(1) { $0 * $1.count } }
}
