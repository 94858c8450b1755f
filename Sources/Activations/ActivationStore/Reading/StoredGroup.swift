import LabelledArrays

/// A group of labelled arrays in a file: a sweep, a readout, an analysis. Axes and attributes are read at once, an
/// array on demand.
public struct StoredGroup: Sendable {
  /// From the root, with a leading slash.
  public let path: String
  /// By name, in alphabetical order; there may be some that no array has.
  public let axes: [LabelledAxis]
  public let attributes: [String: Attribute]
  /// The arrays' names, in alphabetical order. Datasets of other programs that lack a scale on some axis are left out.
  public let names: [String]
  private let described: [String: (type: ElementType, axes: [LabelledAxis])]
  private let store: StoreReader

  /// - Throws: `StoreError.missing`, `.damaged`; `.wrongShape` for a dataset whose scales do not have the lengths of
  ///   its axes.
  public init(_ path: String, in store: StoreReader) throws {
    (self.path, self.store) = (path, store)
    attributes = try store.attributes(of: path)
    var axes: [String: LabelledAxis] = [:]
    var arrays: [DatasetDescription] = []
    for name in try store.listing(of: path).datasets {
      let description = try store.describe("\(path)/\(name)")
      if description.isScale {
        axes[name] = LabelledAxis(name, try store.labels(at: description.path))
      } else {
        arrays.append(description)
      }
    }
    var described: [String: (type: ElementType, axes: [LabelledAxis])] = [:]
    for array in arrays {
      let own = array.dimensions.compactMap { $0.flatMap { axes[$0] } }
      guard own.count == array.shape.count, Set(own.map(\.name)).count == own.count else { continue }
      guard own.map(\.count) == array.shape else {
        throw StoreError.wrongShape(
          path: store.path, dataset: array.path, found: array.shape, expected: "\(own.map(\.count))")
      }
      described[String(array.path.dropFirst(path.count + 1))] = (array.type, own)
    }
    self.described = described
    self.axes = axes.values.sorted { $0.name < $1.name }
    names = described.keys.sorted()
  }

  /// The group's name.
  public var name: String { path.split(separator: "/").last.map(String.init) ?? "" }

  /// Whether there is an array of this name.
  public func has(_ name: String) -> Bool { described[name] != nil }

  /// The axes of an array; nil if there is none of this name.
  public func axes(of name: String) -> [LabelledAxis]? { described[name]?.axes }

  /// Reads an array, with its attributes.
  /// - Throws: `StoreError.missing` with the nearest name, `.tooLarge`, `.damaged`.
  public func array(_ name: String) throws -> LabelledArray {
    let object = "\(path)/\(name)"
    guard let (type, axes) = described[name] else {
      throw StoreError.missing(path: store.path, what: .dataset, name: object, candidates: names)
    }
    let values: LabelledArray.Values =
      switch type {
      case .float16, .float32: .floats(try store.tensor(at: object).values)
      case .float64: .doubles(try store.numbers(at: object))
      case .int8: .flags(try store.int32s(at: object).map(Int8.init(truncatingIfNeeded:)))
      case .int32, .int64: .integers(try store.integers(at: object))
      case .text, .other: .texts(try store.texts(at: object))
      }
    return LabelledArray(name, axes: axes, values: values, attributes: try store.attributes(of: object))
  }

  /// Reads an array of numbers, with its attributes.
  /// - Throws: as `array(_:)`; `StoreError.wrongType` if the array has something else.
  public func numbers(_ name: String) throws -> LabelledArray {
    switch described[name]?.type {
    case .text?, .other?:
      throw StoreError.wrongType(
        path: store.path, dataset: "\(path)/\(name)", found: described[name]?.type ?? .text, expected: "numbers")
    default: return try array(name)
    }
  }

  /// Reads all arrays of floats as one value.
  /// - Throws: as `array(_:)`.
  public func floats() throws -> ArrayGroup {
    var group = ArrayGroup(path, axes: axes, attributes: attributes)
    for name in names {
      guard let type = described[name]?.type, [.float16, .float32, .float64].contains(type) else { continue }
      group.add(try array(name))
    }
    return group
  }
}
