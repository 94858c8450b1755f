import Checkpoints
import Diagnostics
import Foundation
import TestSupport
import Testing

/// There is one error for each way in which a file can fail to be safetensors.
@Suite struct SafetensorsMalformedTests {
  typealias Case = (header: String, dataBytes: Int, problem: SafetensorsProblem)

  /// A header with one entry.
  private static func entry(_ fields: String) -> String { #"{"w":{\#(fields)}}"# }
  private static let pair = "two whole numbers from 0, the first and the end of the tensor's bytes"

  static let headers: [Case] = [
    ("[]", 0, .headerNotAnObject(found: "an array")),
    ("null", 0, .headerNotAnObject(found: "null")),
    (#"{"__metadata__":[]}"#, 0, .metadataNotAnObject(found: "an array")),
    (#"{"__metadata__":{"format":1}}"#, 0, .metadataNotAString(key: "format", found: "a whole number")),
    (#"{"w":3}"#, 0, .entryNotAnObject(tensor: "w", found: "a whole number")),
    (entry(#""shape":[1],"data_offsets":[0,4]"#), 4, .missingField(tensor: "w", field: "dtype")),
    (entry(#""dtype":"F32","data_offsets":[0,4]"#), 4, .missingField(tensor: "w", field: "shape")),
    (entry(#""dtype":"F32","shape":[1]"#), 4, .missingField(tensor: "w", field: "data_offsets")),
    (
      entry(#""dtype":32,"shape":[1],"data_offsets":[0,4]"#), 4,
      .wrongField(tensor: "w", field: "dtype", found: "a whole number", expected: "a string such as \"F32\"")
    ),
    (entry(#""dtype":"F33","shape":[1],"data_offsets":[0,4]"#), 4, .unknownDtype(tensor: "w", dtype: "F33")),
    (
      entry(#""dtype":"F32","shape":1,"data_offsets":[0,4]"#), 4,
      .wrongField(tensor: "w", field: "shape", found: "a whole number", expected: "an array of whole numbers")
    ),
    (
      entry(#""dtype":"F32","shape":[1.5],"data_offsets":[0,4]"#), 4,
      .wrongField(tensor: "w", field: "shape", found: "an array with 1.5 in it", expected: "an array of whole numbers")
    ),
    (
      entry(#""dtype":"F32","shape":[1.0],"data_offsets":[0,4]"#), 4,
      .wrongField(tensor: "w", field: "shape", found: "an array with 1.0 in it", expected: "an array of whole numbers")
    ),
    (
      entry(#""dtype":"F32","shape":["1"],"data_offsets":[0,4]"#), 4,
      .wrongField(
        tensor: "w", field: "shape", found: "an array with a string in it", expected: "an array of whole numbers")
    ),
    (
      entry(#""dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4]"#), 4,
      .wrongField(
        tensor: "w", field: "shape", found: "an array with 9.223372036854776e+18 in it",
        expected: "an array of whole numbers")
    ),
    (entry(#""dtype":"F32","shape":[-1],"data_offsets":[0,4]"#), 4, .negativeSize(tensor: "w", size: -1)),
    (entry(#""dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]"#), 4, .negativeSize(tensor: "w", size: -1)),
    (
      entry(#""dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]"#), 4,
      .shapeOverflows(tensor: "w", dtype: .f32, shape: [4_294_967_296, 4_294_967_296])
    ),
    (
      entry(#""dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,4]"#), 4,
      .shapeOverflows(tensor: "w", dtype: .u8, shape: [.max])
    ),
    (
      entry(#""dtype":"F32","shape":[9223372036854775807,0],"data_offsets":[0,0]"#), 0,
      .shapeOverflows(tensor: "w", dtype: .f32, shape: [.max, 0])
    ),
    (
      entry(#""dtype":"F4","shape":[3],"data_offsets":[0,1]"#), 1,
      .endsInsideByte(tensor: "w", dtype: .f4, shape: [3])
    ),
    (
      entry(#""dtype":"F32","shape":[1],"data_offsets":4"#), 4,
      .wrongField(tensor: "w", field: "data_offsets", found: "a whole number", expected: pair)
    ),
    (
      entry(#""dtype":"F32","shape":[1],"data_offsets":[0,4,8]"#), 4,
      .wrongField(tensor: "w", field: "data_offsets", found: "[0, 4, 8]", expected: pair)
    ),
    (
      entry(#""dtype":"F32","shape":[1],"data_offsets":[]"#), 4,
      .wrongField(tensor: "w", field: "data_offsets", found: "[]", expected: pair)
    ),
    (
      entry(#""dtype":"F32","shape":[1],"data_offsets":[-4,0]"#), 4,
      .wrongField(tensor: "w", field: "data_offsets", found: "[-4, 0]", expected: pair)
    ),
    (
      entry(#""dtype":"F32","shape":[1],"data_offsets":[4,0]"#), 4,
      .offsetsReversed(tensor: "w", begin: 4, end: 0)
    ),
    (
      entry(#""dtype":"F32","shape":[1],"data_offsets":[0,4]"#), 3,
      .offsetsOutOfRange(tensor: "w", begin: 0, end: 4, dataBytes: 3)
    ),
    (
      entry(#""dtype":"F32","shape":[1],"data_offsets":[9223372036854775803,9223372036854775807]"#), 4,
      .offsetsOutOfRange(tensor: "w", begin: .max - 4, end: .max, dataBytes: 4)
    ),
    (
      entry(#""dtype":"F32","shape":[2],"data_offsets":[0,4]"#), 4,
      .sizeMismatch(tensor: "w", dtype: .f32, shape: [2], expected: 8, found: 4)
    ),
    (
      entry(#""dtype":"F16","shape":[],"data_offsets":[0,4]"#), 4,
      .sizeMismatch(tensor: "w", dtype: .f16, shape: [], expected: 2, found: 4)
    ),
    (
      #"{"v":{"dtype":"U8","shape":[2],"data_offsets":[1,3]},"w":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, 3,
      .overlap(tensor: "v", with: "w")
    ),
    (
      #"{"v":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"w":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, 2,
      .overlap(tensor: "w", with: "v")
    ),
    (
      #"{"v":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"w":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}}"#, 4,
      .hole(before: "w", bytes: 2)
    ),
    (#"{"w":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#, 2, .hole(before: "w", bytes: 1)),
    (#"{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, 5, .trailingBytes(4)),
    ("{}", 1, .trailingBytes(1)),
    (
      "{\"\u{E9}\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},"
        + "\"e\u{301}\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0,
      .equivalentNames("e\u{301}")
    ),
    (
      entry(#""dtype":"F32","dtype":"F16","shape":[1],"data_offsets":[0,4]"#), 4,
      .headerNotJSON(JSONError(line: 1, column: 21, problem: .duplicateKey("dtype")))
    ),
    (
      "{\"w\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},\n \"w\":{}}", 0,
      .headerNotJSON(JSONError(line: 2, column: 2, problem: .duplicateKey("w")))
    ),
    (
      #"{"w":}"#, 0,
      .headerNotJSON(JSONError(line: 1, column: 6, problem: .unexpected(found: "'}'", expected: "a value")))
    ),
    ("", 0, .headerNotJSON(JSONError(line: 1, column: 1, problem: .endsEarly(expected: "a value")))),
    (
      #"{"w":[[[[[[[[[[[["#, 0,
      .headerNotJSON(JSONError(line: 1, column: 13, problem: .tooDeep(limit: 8)))
    ),
  ]

  @Test(arguments: headers.indices)
  func aWrongHeaderIsNamed(index: Int) throws {
    let (header, dataBytes, problem) = Self.headers[index]
    try expect(problem, for: safetensors(header, data: [UInt8](repeating: 0, count: dataBytes)))
  }

  @Test func aWrongFrameIsNamed() throws {
    for count in 0..<8 { try expect(.tooShort(bytes: count), for: [UInt8](repeating: 0, count: count)) }
    let limit = 100_000_000
    try expect(.headerTooLong(bytes: .max, limit: limit), for: [UInt8](repeating: 0xFF, count: 9))
    try expect(.headerTooLong(bytes: 100_000_001, limit: limit), for: littleEndian(UInt64(100_000_001)))
    try expect(.headerBeyondFile(bytes: 100_000_000, fileBytes: 8), for: littleEndian(UInt64(100_000_000)))
    try expect(.headerBeyondFile(bytes: 3, fileBytes: 10), for: littleEndian(UInt64(3)) + Array("{}".utf8))
  }

  @Test func pathsThatAreNoFilesAreNamed() throws {
    try withTemporaryFolder { folder in
      let missing = folder + "/missing"
      #expect(throws: CheckpointError.fileNotFound(missing)) { try SafetensorsFile(path: missing) }
      #expect(throws: CheckpointError.notAFile(folder)) { try SafetensorsFile(path: folder) }
      try write("", to: folder + "/empty")
      let below = folder + "/empty/below"
      #expect(throws: CheckpointError.fileNotFound(below)) { try SafetensorsFile(path: below) }
      let pipe = folder + "/pipe"
      #expect(mkfifo(pipe, 0o600) == 0)
      #expect(throws: CheckpointError.notAFile(pipe)) { try SafetensorsFile(path: pipe) }
    }
  }

  private func expect(_ problem: SafetensorsProblem, for bytes: [UInt8]) throws {
    try withTemporaryFolder { folder in
      try write(bytes, to: folder + "/x")
      #expect(throws: CheckpointError.badSafetensors(file: folder + "/x", problem)) {
        try SafetensorsFile(path: folder + "/x")
      }
    }
  }
}
