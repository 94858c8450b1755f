import CHDF5
import LabelledArrays

/// A file of labelled arrays being written, at `PATH.partial` until complete. If it is released without `finish`, that
/// file is removed.
///
/// A class because its release removes the file; used by one task.
public final class ArraysFile {
  private let output: OutputFile

  /// Creates the file, so that a path that cannot be written is reported before anything is computed.
  /// - Parameter attributes: root attributes besides `format`, `format_version` and `complete`.
  /// - Throws: `StoreError.cannotCreateOutput`, `.busy`, `.writeFailed`.
  public init(creating path: String, format: FileFormat, attributes: [String: Attribute]) throws {
    output = try OutputFile(creating: path, format: format, attributes: attributes)
  }

  /// Writes a group of arrays.
  /// - Throws: `StoreError.badName`, `.emptyAxis`, `.writeFailed`.
  public func write(_ group: ArrayGroup) throws { try output.write(group) }

  /// Marks the file complete and moves it to its path in one step.
  /// - Throws: `StoreError.writeFailed` (nothing is left behind then), `.alreadyClosed`.
  public func finish() throws { try output.finish() }
}

extension ResultsWriter {
  /// Writes a group of arrays next to the sweeps.
  /// - Throws: as `ArraysFile.write`.
  public func write(_ group: ArrayGroup) throws { try lock.withLock { try output.write(group) } }
}

extension OutputFile {
  /// Writes a group of arrays.
  /// - Throws: as `ArraysFile.write`.
  fileprivate func write(_ arrays: ArrayGroup) throws {
    let names = arrays.path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard arrays.path.hasPrefix("/"), names.allSatisfy(isUsableName) else {
      throw StoreError.badName(path: target, name: arrays.path, problem: .unusable)
    }
    let group = try addGroup(arrays.path)
    for axis in arrays.axes { try group.addAxis(axis) }
    for array in arrays.arrays {
      let dataset = try group.addDataset(
        array.name, axes: array.axes.map(\.name), type: array.values.type, integerFill: -1,
        attributes: array.attributes)
      try writing(target, "\(arrays.path)/\(array.name)") {
        try dataset.with { handle in
          switch array.values {
          case .floats(let values): try handle.write(values, as: pb_native_float(), nil)
          case .doubles(let values): try handle.write(values, as: pb_native_double(), nil)
          case .integers(let values): try handle.write(values.map(Int64.init), as: pb_native_int64(), nil)
          case .flags(let values): try handle.write(values, as: pb_native_int8(), nil)
          case .texts(let values): try handle.write(texts: values, nil)
          }
        }
      }
    }
    try group.set(arrays.attributes)
  }
}

extension LabelledArray.Values {
  fileprivate var type: ElementType {
    switch self {
    case .floats: .float32
    case .doubles: .float64
    case .integers: .int32
    case .flags: .int8
    case .texts: .text
    }
  }
}
