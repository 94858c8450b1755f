import ExperimentFile
import Foundation

/// An array in NumPy's `.npy` format (numpy.lib.format), versions 1 to 3, little-endian float32 or float64.
struct NumpyArray {
  let shape: [Int]
  /// Last axis fastest.
  let values: [Float]

  init(_ bytes: [UInt8], file: String) throws {
    func bad(_ problem: String) -> ExperimentError { .badVector(file: file, problem: problem) }
    guard bytes.count >= 10, Array(bytes[0..<6]) == [0x93] + Array("NUMPY".utf8) else {
      throw bad("not a .npy file")
    }
    let lengthBytes = bytes[6] == 1 ? 2 : 4
    guard (1...3).contains(bytes[6]), bytes.count >= 8 + lengthBytes else {
      throw bad("version \(bytes[6]) of the .npy format is not supported")
    }
    let headerLength = (0..<lengthBytes).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    let dataStart = 8 + lengthBytes + headerLength
    guard bytes.count >= dataStart else { throw bad("the file ends within its header") }
    let header = String(decoding: bytes[(8 + lengthBytes)..<dataStart], as: UTF8.self)
    guard let type = header.firstMatch(of: #/'descr':\s*'([^']*)'/#)?.1,
      let order = header.firstMatch(of: #/'fortran_order':\s*(True|False)/#)?.1,
      let axes = header.firstMatch(of: #/'shape':\s*\(([^)]*)\)/#)?.1
    else { throw bad("the header of the .npy file cannot be read") }
    guard let width = ["<f4": 4, "<f8": 8][String(type)] else {
      throw bad("the numbers are of type '\(type)'; only '<f4' (float32) and '<f8' (float64) are read")
    }
    let sizes = axes.split(separator: ",").map { Int($0.trimmingCharacters(in: .whitespaces)) }
    guard !sizes.contains(where: { ($0 ?? -1) < 0 }) else { throw bad("the header's shape (\(axes)) makes no sense") }
    let shape = sizes.compactMap { $0 }
    var count = 1
    for size in shape {
      let (product, overflows) = count.multipliedReportingOverflow(by: size)
      guard !overflows, product <= bytes.count else { throw bad("the shape \(shape) is larger than the file") }
      count = product
    }
    guard bytes.count - dataStart == count * width else {
      throw bad("the shape \(shape) needs \(count * width) bytes of numbers; there are \(bytes.count - dataStart)")
    }
    let stored = (0..<count).map { index -> Float in
      let start = dataStart + index * width
      let bits = (0..<width).reduce(UInt64(0)) { $0 | UInt64(bytes[start + $1]) << (8 * $1) }
      return width == 4 ? Float(bitPattern: UInt32(bits)) : Float(Double(bitPattern: bits))
    }
    self.shape = shape
    values = order == "True" && shape.count == 2 ? transposed(stored, rows: shape[0], columns: shape[1]) : stored
  }
}

/// Numbers stored column by column, row by row.
private func transposed(_ values: [Float], rows: Int, columns: Int) -> [Float] {
  (0..<(rows * columns)).map { values[$0 % columns * rows + $0 / columns] }
}
