import Foundation

/// The bytes of a GGUF file, right or wrong.
struct GGUFBytes {
  var magic = Array("GGUF".utf8)
  var version: UInt32 = 3
  /// Each with its type and value.
  var keys: [(key: [UInt8], value: [UInt8])] = []
  var tensors: [Tensor] = []
  var data: [UInt8] = []
  var alignment = 32
  /// What the header claims, if it differs from the contents.
  var claimedKeys: UInt64?
  var claimedTensors: UInt64?

  struct Tensor {
    var name = "w"
    /// Innermost first, as in the file.
    var sizes: [UInt64] = [1]
    var type: UInt32 = 0
    var offset: UInt64 = 0
  }

  var header: [UInt8] {
    var bytes = magic + littleEndian(version)
    bytes += littleEndian(claimedTensors ?? UInt64(tensors.count), claimedKeys ?? UInt64(keys.count))
    for (key, value) in keys { bytes += Self.sized(key) + value }
    for tensor in tensors {
      bytes += Self.text(tensor.name) + littleEndian(UInt32(tensor.sizes.count)) + littleEndian(tensor.sizes)
      bytes += littleEndian(tensor.type) + littleEndian(tensor.offset)
    }
    return bytes
  }

  var bytes: [UInt8] {
    let header = header
    return header + [UInt8](repeating: 0, count: (alignment - header.count % alignment) % alignment) + data
  }

  static func sized(_ bytes: [UInt8]) -> [UInt8] { littleEndian(UInt64(bytes.count)) + bytes }
  static func text(_ text: String) -> [UInt8] { sized(Array(text.utf8)) }

  /// A value: its type, and its bytes.
  static func value(_ type: UInt32, _ bytes: [UInt8]) -> [UInt8] { littleEndian(type) + bytes }
  static func uint32(_ number: UInt32) -> [UInt8] { value(4, littleEndian(number)) }
  static func string(_ string: String) -> [UInt8] { value(8, text(string)) }
  /// An array: its elements' type, their number, and their bytes.
  static func array(_ type: UInt32, _ count: UInt64, _ bytes: [UInt8]) -> [UInt8] {
    value(9, littleEndian(type) + littleEndian(count) + bytes)
  }

  /// Arrays in arrays.
  static func nested(_ depth: Int) -> [UInt8] {
    var element = littleEndian(UInt32(0)) + littleEndian(UInt64(0))
    for _ in 1..<depth { element = littleEndian(UInt32(9)) + littleEndian(UInt64(1)) + element }
    return value(9, element)
  }

  init(
    keys: [(String, [UInt8])] = [], tensors: [Tensor] = [], data: [UInt8] = [], alignment: Int = 32
  ) {
    self.keys = keys.map { (Array($0.utf8), $1) }
    self.tensors = tensors
    self.data = data
    self.alignment = alignment
  }
}

func floats(_ numbers: [Float]) -> [UInt8] { littleEndian(numbers.map(\.bitPattern)) }
