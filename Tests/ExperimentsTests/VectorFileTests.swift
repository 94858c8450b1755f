import ExperimentFile
import Foundation
import Interventions
import Runs
import TestSupport
import Testing

/// Vectors to add, from files.
@Suite struct VectorFileTests {
  static func edit(_ folder: TemporaryFolder, _ name: String, _ bytes: [UInt8]) throws -> Edit? {
    try folder.write(name, bytes)
    let text = DecodingTests.sweeps("  - {name: s, site: resid_pre, over: [layer], edit: {add: {file: \(name)}}}")
    let file = try folder.write("x.yaml", text)
    return try Experiment(file: file).sweeps.first?.sweep?.edit
  }

  static func message(_ name: String, _ bytes: [UInt8]) throws -> String {
    let folder = try TemporaryFolder()
    let error = #expect(throws: ExperimentError.self) { try edit(folder, name, bytes) }
    return error?.message.replacing("\(folder.path)/", with: "") ?? ""
  }

  /// A .npy file of version 1.
  static func npy(_ header: String, _ data: [UInt8]) -> [UInt8] {
    let length = header.utf8.count
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array(header.utf8) + data
  }

  static func header(_ type: String, _ shape: String, fortran: String = "False") -> String {
    "{'descr': '\(type)', 'fortran_order': \(fortran), 'shape': \(shape), }\n"
  }

  static func floats(_ values: [Float]) -> [UInt8] {
    values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
  }

  static func doubles(_ values: [Double]) -> [UInt8] {
    values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
  }

  static let rows: [[Float]] = [[1, 2, 3], [4, 5, 6]]

  @Test(
    arguments: [
      ("v.json", Array("[1, 2.5, -3e2]".utf8), .vectors([[1, 2.5, -300]], layers: nil)),
      ("v.json", Array("[[1, 2, 3], [4, 5, 6]]".utf8), .vectors(rows, layers: [0, 1])),
      ("v.npy", npy(header("<f4", "(3,)"), floats([1, 2, 3])), .vectors([[1, 2, 3]], layers: nil)),
      ("v.npy", npy(header("<f8", "(3,)"), doubles([1, 2, 3])), .vectors([[1, 2, 3]], layers: nil)),
      ("v.npy", npy(header("<f4", "(2, 3)"), floats([1, 2, 3, 4, 5, 6])), .vectors(rows, layers: [0, 1])),
      (
        "v.npy", npy(header("<f4", "(2, 3)", fortran: "True"), floats([1, 4, 2, 5, 3, 6])),
        .vectors(rows, layers: [0, 1])
      ),
    ] as [(String, [UInt8], Edit.Direction)])
  func read(name: String, bytes: [UInt8], direction: Edit.Direction) throws {
    #expect(try Self.edit(try TemporaryFolder(), name, bytes) == .add(direction, coefficients: [1]))
  }

  @Test(
    arguments: [
      ("v.txt", [], "v.txt: a vector is read from a .npy, .json or .gguf file"),
      ("v.json", Array("[1,".utf8), "v.json: line 1, column 4: the text ends where a value is expected"),
      ("v.json", Array("{}".utf8), "v.json: must be a list of numbers, or a list of such lists, one for each layer"),
      (
        "v.json", Array("[1, [2]]".utf8),
        "v.json: must be a list of numbers, or a list of such lists, one for each layer"
      ),
      ("v.json", Array("[]".utf8), "v.json: it has no numbers"),
      (
        "v.json", Array("[[1], [2, 3]]".utf8),
        "v.json: row 0 has 1 numbers and row 1 has 2; all rows must have the same length"
      ),
      ("v.json", Array("[1, 1e60]".utf8), "v.json: number 1 is not finite"),
      ("v.npy", Array("hello".utf8), "v.npy: not a .npy file"),
      ("v.npy", npy("nonsense", []), "v.npy: the header of the .npy file cannot be read"),
      (
        "v.npy", npy(header(">f4", "(1,)"), [0, 0, 0, 0]),
        "v.npy: the numbers are of type '>f4'; only '<f4' (float32) and '<f8' (float64) are read"
      ),
      (
        "v.npy", npy(header("<f4", "(2,)"), [0, 0, 0, 0]),
        "v.npy: the shape [2] needs 8 bytes of numbers; there are 4"
      ),
      (
        "v.npy", npy(header("<f4", "(4611686018427387904, 8)"), []),
        "v.npy: the shape [4611686018427387904, 8] is larger than the file"
      ),
      (
        "v.npy", npy(header("<f4", "(1, 1, 1)"), [0, 0, 0, 0]),
        "v.npy: the array has shape [1, 1, 1]; it must be [feature] or [layer, feature]"
      ),
      ("v.npy", npy(header("<f4", "(1,)"), floats([.nan])), "v.npy: number 0 is not finite"),
    ] as [(String, [UInt8], String)])
  func refused(name: String, bytes: [UInt8], message: String) throws {
    #expect(try Self.message(name, bytes) == message)
  }

  @Test func everyTruncationOfAnArrayIsRefused() throws {
    let whole = Self.npy(Self.header("<f4", "(2,)"), Self.floats([1, 2]))
    for length in 0..<whole.count { #expect(try Self.message("v.npy", Array(whole[..<length])).hasPrefix("v.npy: ")) }
  }
}
