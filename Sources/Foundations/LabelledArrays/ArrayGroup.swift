/// Arrays that share axes: a group of a file, which xarray calls a dataset.
public struct ArrayGroup: Sendable, Hashable {
  /// From the root of the file, with a leading slash: `/analyses/probes`.
  public let path: String
  /// Each axis once; some may belong to no array.
  public private(set) var axes: [LabelledAxis]
  /// Each name once, in the order they were added.
  public private(set) var arrays: [LabelledArray] = []
  public var attributes: [String: Attribute]

  /// A group without arrays.
  /// - Precondition: the axes have different names.
  public init(_ path: String, axes: [LabelledAxis] = [], attributes: [String: Attribute] = [:]) {
    precondition(Set(axes.map(\.name)).count == axes.count, "'\(path)' has an axis twice")
    self.path = path
    self.axes = axes
    self.attributes = attributes
  }

  /// The group's name: the last part of its path.
  public var name: String { path.split(separator: "/").last.map(String.init) ?? "" }

  /// The array with this name; nil if there is none.
  public subscript(name: String) -> LabelledArray? { arrays.first { $0.name == name } }

  /// The axis with this name; nil if there is none.
  public func axis(_ name: String) -> LabelledAxis? { axes.first { $0.name == name } }

  /// Adds an axis for later arrays.
  /// - Precondition: if there is already an axis of this name, it has the same labels.
  public mutating func add(_ axis: LabelledAxis) {
    if let known = self.axis(axis.name) {
      precondition(known == axis, "the axis '\(axis.name)' of '\(path)' has other labels")
    } else {
      axes.append(axis)
    }
  }

  /// Adds an array, with any new axes it has.
  /// - Precondition: its name is new, and existing axes have the same labels.
  public mutating func add(_ array: LabelledArray) {
    precondition(self[array.name] == nil, "'\(path)' has an array '\(array.name)' already")
    for axis in array.axes { add(axis) }
    arrays.append(array)
  }

  /// Adds an array along axes of the group.
  /// - Parameter names: the axes' names, outermost first.
  /// - Precondition: the group has these axes, there is a value for each cell, and the name is new.
  public mutating func add(
    _ name: String, along names: [String], _ values: LabelledArray.Values, attributes: [String: Attribute] = [:]
  ) {
    let axes = names.map { name -> LabelledAxis in
      guard let axis = axis(name) else { preconditionFailure("'\(path)' has no axis '\(name)'") }
      return axis
    }
    add(LabelledArray(name, axes: axes, values: values, attributes: attributes))
  }

  /// Adds numbers along axes of the group; NaN means no value.
  /// - Precondition: as above.
  public mutating func add(
    _ name: String, along names: [String], _ values: [Float], attributes: [String: Attribute] = [:]
  ) {
    add(name, along: names, .floats(values), attributes: attributes)
  }
}
