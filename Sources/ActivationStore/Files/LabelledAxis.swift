/// What stands along an axis: one label for each entry.
public enum AxisLabels: Sendable, Hashable {
  /// Stored as int64.
  case integers([Int])
  /// Stored as float64.
  case numbers([Double])
  case texts([String])

  /// 0, 1, ... count - 1.
  public static func range(_ count: Int) -> AxisLabels { .integers(Array(0..<count)) }

  /// How many entries the axis has.
  public var count: Int {
    switch self {
    case .integers(let labels): labels.count
    case .numbers(let labels): labels.count
    case .texts(let labels): labels.count
    }
  }

  /// The labels as texts.
  public var texts: [String] {
    switch self {
    case .integers(let labels): labels.map { "\($0)" }
    case .numbers(let labels): labels.map { "\($0)" }
    case .texts(let labels): labels
    }
  }
}

/// An axis by name, with its labels: a dimension scale in the file.
public struct LabelledAxis: Sendable, Hashable {
  public let name: String
  public let labels: AxisLabels

  public init(_ name: String, _ labels: AxisLabels) {
    self.name = name
    self.labels = labels
  }

  /// How many entries the axis has.
  public var count: Int { labels.count }
}
