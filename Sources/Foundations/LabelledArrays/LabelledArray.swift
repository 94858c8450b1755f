/// An array with named axes, a label for each of their entries, and a value for each cell.
public struct LabelledArray: Sendable, Hashable {
  /// What an array holds, row-major.
  public enum Values: Sendable, Hashable {
    /// Stored as float32; NaN means no value.
    case floats([Float])
    /// Stored as float64; NaN means no value. For results computed from floats that must not be rounded back to them.
    case doubles([Double])
    /// Stored as int32; -1 means no value.
    case integers([Int])
    /// Stored as int8: 1, 0, or -1 for no value.
    case flags([Int8])
    case texts([String])

    /// The number of values.
    public var count: Int {
      switch self {
      case .floats(let values): values.count
      case .doubles(let values): values.count
      case .integers(let values): values.count
      case .flags(let values): values.count
      case .texts(let values): values.count
      }
    }
  }

  public let name: String
  /// Outermost first, each name once.
  public let axes: [LabelledAxis]
  /// Row-major over the axes.
  public let values: Values
  public let attributes: [String: Attribute]

  /// - Precondition: there is a value for each cell, and the axes have different names.
  public init(_ name: String, axes: [LabelledAxis], values: Values, attributes: [String: Attribute] = [:]) {
    precondition(
      values.count == axes.shape.count, "'\(name)' has \(values.count) values for the shape \(axes.shape.sizes)")
    precondition(Set(axes.map(\.name)).count == axes.count, "'\(name)' has an axis twice")
    self.name = name
    self.axes = axes
    self.values = values
    self.attributes = attributes
  }

  /// Numbers, where NaN means no value.
  public init(_ name: String, axes: [LabelledAxis], values: [Float], attributes: [String: Attribute] = [:]) {
    self.init(name, axes: axes, values: .floats(values), attributes: attributes)
  }

  /// The axes' lengths.
  public var shape: Shape { axes.shape }

  /// The number of cells.
  public var count: Int { values.count }

  /// The label of a cell on each axis.
  /// - Precondition: the array has this cell.
  public func labels(of cell: Int) -> [AxisLabel] { axes.labels(ofCell: cell) }

  /// The axis with this name; nil if there is none.
  public func axis(_ name: String) -> LabelledAxis? { axes.first { $0.name == name } }

  /// All values as floats, row-major.
  /// - Throws: `LabelledArrayError.notNumbers` for texts.
  public func numbers() throws(LabelledArrayError) -> [Float] {
    switch values {
    case .floats(let values): return values
    case .doubles(let values): return values.map { Float($0) }
    case .integers(let values): return values.map(Float.init)
    case .flags(let values): return values.map(Float.init)
    case .texts: throw .notNumbers(array: name)
    }
  }

  /// All values in double precision, row-major.
  /// - Throws: `LabelledArrayError.notNumbers` for texts.
  public func doubles() throws(LabelledArrayError) -> [Double] {
    switch values {
    case .floats(let values): return values.map { Double($0) }
    case .doubles(let values): return values
    case .integers(let values): return values.map { Double($0) }
    case .flags(let values): return values.map { Double($0) }
    case .texts: throw .notNumbers(array: name)
    }
  }

  /// The same array with its numbers in double precision.
  /// - Throws: `LabelledArrayError.notNumbers` for texts.
  public func inDoubles() throws(LabelledArrayError) -> LabelledArray {
    LabelledArray(name, axes: axes, values: .doubles(try doubles()), attributes: attributes)
  }

  /// The same array under another name.
  public func named(_ name: String) -> LabelledArray {
    LabelledArray(name, axes: axes, values: values, attributes: attributes)
  }

  /// The array with each number transformed; missing values (NaN) are passed as well.
  /// - Throws: `LabelledArrayError.notNumbers` for texts.
  public func map(_ transform: (Float) -> Float) throws(LabelledArrayError) -> LabelledArray {
    LabelledArray(name, axes: axes, values: try numbers().map(transform), attributes: attributes)
  }

  /// The index of an axis.
  func place(of axis: String) throws(LabelledArrayError) -> Int {
    guard let place = axes.firstIndex(where: { $0.name == axis }) else {
      throw .noAxis(array: name, axis: axis, axes: axes.map(\.name))
    }
    return place
  }
}
