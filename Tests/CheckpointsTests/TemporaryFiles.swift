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
