import Diagnostics

/// The label of one entry of an axis.
public enum AxisLabel: Sendable, Hashable, CustomStringConvertible {
  case integer(Int)
  case number(Double)
  case text(String)

  /// The label as text; whole numbers without a fraction.
  public var text: String {
    switch self {
    case .integer(let integer): "\(integer)"
    case .number(let number): Int(exactly: number).map { "\($0)" } ?? "\(number)"
    case .text(let text): text
    }
  }

  public var description: String { text }

  /// nil if it is not a whole number.
  var integer: Int? {
    switch self {
    case .integer(let integer): integer
    case .number(let number): Int(exactly: number)
    case .text(let text): Int(text)
    }
  }

  /// nil if it is not a number.
  var number: Double? {
    switch self {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    case .text(let text): Double(text)
    }
  }
}

/// Types that can label entries of axes: integers, numbers and texts.
public protocol AxisLabelConvertible: Sendable {
  var axisLabel: AxisLabel { get }
}

extension AxisLabel: AxisLabelConvertible {
  public var axisLabel: AxisLabel { self }
}

extension Int: AxisLabelConvertible {
  public var axisLabel: AxisLabel { .integer(self) }
}

extension Double: AxisLabelConvertible {
  public var axisLabel: AxisLabel { .number(self) }
}

extension Float: AxisLabelConvertible {
  public var axisLabel: AxisLabel { .number(shortest(self)) }
}

extension String: AxisLabelConvertible {
  public var axisLabel: AxisLabel { .text(self) }
}
