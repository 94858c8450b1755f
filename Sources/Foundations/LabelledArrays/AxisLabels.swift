/// The labels of an axis, one for each entry.
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

  /// The labels as texts; numbers as Swift prints them (`1.0`).
  public var texts: [String] {
    switch self {
    case .integers(let labels): labels.map { "\($0)" }
    case .numbers(let labels): labels.map { "\($0)" }
    case .texts(let labels): labels
    }
  }

  /// The label of one entry.
  public subscript(index: Int) -> AxisLabel {
    switch self {
    case .integers(let labels): .integer(labels[index])
    case .numbers(let labels): .number(labels[index])
    case .texts(let labels): .text(labels[index])
    }
  }

  /// The labels of some consecutive entries.
  public subscript(range: Range<Int>) -> AxisLabels {
    switch self {
    case .integers(let labels): .integers(Array(labels[range]))
    case .numbers(let labels): .numbers(Array(labels[range]))
    case .texts(let labels): .texts(Array(labels[range]))
    }
  }

  /// The labels of some entries, in the order of `indices`.
  public subscript(indices: [Int]) -> AxisLabels {
    switch self {
    case .integers(let labels): .integers(indices.map { labels[$0] })
    case .numbers(let labels): .numbers(indices.map { labels[$0] })
    case .texts(let labels): .texts(indices.map { labels[$0] })
    }
  }

  /// The first entry with this label; nil if there is none. Labels of different kinds match if they read the same: 2,
  /// 2.0 and "2".
  public func firstIndex(of label: AxisLabel) -> Int? {
    switch self {
    case .integers(let labels): label.integer.flatMap { labels.firstIndex(of: $0) }
    case .numbers(let labels): label.number.flatMap { labels.firstIndex(of: $0) }
    case .texts(let labels): labels.firstIndex(of: label.text)
    }
  }
}
