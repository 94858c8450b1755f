import Foundation

/// Writes a GGUF file, version 3.
///
/// The file appears under its name only when it is complete, as with `SafetensorsWriter`.
package struct GGUFWriter {
  /// A value of the metadata.
  package enum Value: Sendable {
    case uint32(UInt32)
    case float32(Float)
    case flag(Bool)
    case text(String)
    case texts([String])
    case int32s([Int32])
    case float32s([Float])
  }

  private static let alignment = 32

  private let metadata: [(key: String, value: Value)]
  private var tensors: [(name: String, type: GGUFType, shape: [Int], bytes: [UInt8])] = []

  package init(metadata: [(key: String, value: Value)]) {
    self.metadata = metadata
  }

  /// Adds float32 numbers, last axis fastest.
  /// - Precondition: there are as many as `shape` needs.
  package mutating func add(_ name: String, shape: [Int], _ numbers: [Float]) {
    add(name, .f32, shape: shape, bytes: numbers.flatMap { littleEndian($0.bitPattern) })
  }

  /// Adds a tensor as bytes in the file's format.
  /// - Precondition: there are as many bytes as `shape` needs.
  package mutating func add(_ name: String, _ type: GGUFType, shape: [Int], bytes: [UInt8]) {
    precondition(
      shape.reduce(1, *) / type.blockSize * type.blockBytes == bytes.count, "\(name) has bytes for all its numbers")
    tensors.append((name, type, shape, bytes))
  }

  /// Writes the file, replacing an existing one.
  /// - Throws: `cannotWrite`; an existing file is then unchanged.
  package func write(to path: String) throws(CheckpointError) {
    let bytes = self.bytes
    try writeWhole(to: path) { descriptor in try bytes.withUnsafeBytes { try writeAll($0, to: descriptor) } }
  }

  /// The whole file.
  package var bytes: [UInt8] {
    var bytes = Array("GGUF".utf8) + littleEndian(UInt32(3))
    bytes += littleEndian(UInt64(tensors.count)) + littleEndian(UInt64(metadata.count))
    for (key, value) in metadata { bytes += sized(key) + value.bytes }
    var offset = 0
    for tensor in tensors {
      bytes += sized(tensor.name) + littleEndian(UInt32(tensor.shape.count))
      for size in tensor.shape.reversed() { bytes += littleEndian(UInt64(size)) }
      bytes += littleEndian(tensor.type.rawValue) + littleEndian(UInt64(offset))
      offset += aligned(tensor.bytes.count, to: Self.alignment)
    }
    pad(&bytes)
    for tensor in tensors {
      bytes += tensor.bytes
      pad(&bytes)
    }
    return bytes
  }

  private func pad(_ bytes: inout [UInt8]) {
    bytes += [UInt8](repeating: 0, count: aligned(bytes.count, to: Self.alignment) - bytes.count)
  }
}

extension GGUFWriter.Value {
  /// The type's number, and the value.
  fileprivate var bytes: [UInt8] {
    typealias Element = GGUFArray.Element
    return switch self {
    case .uint32(let number): littleEndian(Element.uint32.rawValue) + littleEndian(number)
    case .float32(let number): littleEndian(Element.float32.rawValue) + littleEndian(number.bitPattern)
    case .flag(let flag): littleEndian(Element.bool.rawValue) + [flag ? 1 : 0]
    case .text(let string): littleEndian(Element.string.rawValue) + sized(string)
    case .texts(let strings):
      littleEndian(Element.array.rawValue) + littleEndian(Element.string.rawValue)
        + littleEndian(UInt64(strings.count)) + strings.flatMap(sized)
    case .int32s(let numbers):
      littleEndian(Element.array.rawValue) + littleEndian(Element.int32.rawValue)
        + littleEndian(UInt64(numbers.count)) + numbers.flatMap { littleEndian($0) }
    case .float32s(let numbers):
      littleEndian(Element.array.rawValue) + littleEndian(Element.float32.rawValue)
        + littleEndian(UInt64(numbers.count)) + numbers.flatMap { littleEndian($0.bitPattern) }
    }
  }
}

private func sized(_ text: String) -> [UInt8] { littleEndian(UInt64(text.utf8.count)) + text.utf8 }

private func littleEndian<Bits: FixedWidthInteger>(_ number: Bits) -> [UInt8] {
  withUnsafeBytes(of: number.littleEndian) { Array($0) }
}
