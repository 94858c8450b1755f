import Checkpoints
import Diagnostics
import Foundation
import Tensors

func write(_ bytes: [UInt8], to path: String) throws {
  try Data(bytes).write(to: URL(fileURLWithPath: path))
}

func write(_ text: String, to path: String) throws {
  try write(Array(text.utf8), to: path)
}

/// The bytes of a safetensors file with any header and data, valid or not.
func safetensors(_ header: String, data: [UInt8] = []) -> [UInt8] {
  littleEndian(UInt64(header.utf8.count)) + Array(header.utf8) + data
}

func littleEndian<Bits: FixedWidthInteger>(_ numbers: Bits...) -> [UInt8] { littleEndian(numbers) }

func littleEndian<Bits: FixedWidthInteger>(_ numbers: [Bits]) -> [UInt8] {
  numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }
}

/// The error that `body` throws; nil if it throws none.
func checkpointError(_ body: () throws(CheckpointError) -> Void) -> CheckpointError? {
  do {
    try body()
    return nil
  } catch {
    return error
  }
}

extension Storage {
  /// A copy of all numbers.
  var values: [Float] { Tensor(shape: [count], borrowing: self).values }
}

/// The SplitMix64 generator: the same numbers from the same seed on every machine.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
