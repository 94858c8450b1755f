import Checkpoints
import Foundation
import TestSupport
import Testing

/// There is one error for each way in which a file can fail to be GGUF.
@Suite struct GGUFMalformedTests {
  typealias Case = (bytes: [UInt8], problem: GGUFProblem)

  private static let tooMany = UInt64.max / 2

  private static func changed(_ change: (inout GGUFBytes) -> Void) -> [UInt8] {
    var bytes = GGUFBytes()
    change(&bytes)
    return bytes.header
  }

  private static func key(_ value: [UInt8]) -> [UInt8] { GGUFBytes(keys: [("k", value)]).header }

  private static func tensor(_ tensor: GGUFBytes.Tensor, bytes: Int = 64) -> [UInt8] {
    GGUFBytes(tensors: [tensor], data: [UInt8](repeating: 0, count: bytes)).bytes
  }

  static let frames: [Case] = [
    ([], .notGGUF), (Array("GGU".utf8), .notGGUF), (changed { $0.magic = Array("GGML".utf8) }, .notGGUF),
    (Array("GGUF".utf8) + [3, 0, 0], .endsInside("the header")),
    (changed { $0.version = 1 }, .unsupportedVersion(1)), (changed { $0.version = 4 }, .unsupportedVersion(4)),
    (changed { $0.version = UInt32(3).byteSwapped }, .bigEndian),
    (Array("GGUF".utf8) + littleEndian(UInt32(3)) + [0], .endsInside("the number of tensors")),
    (
      changed { $0.claimedTensors = tooMany },
      .countBeyondFile(of: "the number of tensors", count: tooMany, restBytes: 8)
    ),
    (changed { $0.claimedKeys = .max }, .countBeyondFile(of: "the number of keys", count: .max, restBytes: 0)),
    (
      GGUFBytes(keys: [("a.longer.key", [])]).header + [UInt8](repeating: 0, count: 3), .endsInside("'a.longer.key'")
    ),
  ]

  static let keys: [Case] = [
    (
      changed { $0.keys = [([UInt8](repeating: 97, count: 65536), GGUFBytes.uint32(1))] },
      .nameTooLong("key 0", bytes: 65536, limit: 65535)
    ),
    (changed { $0.keys = [([0xFF, 0xFE], GGUFBytes.uint32(1))] }, .notUTF8("key 0")),
    (
      GGUFBytes(keys: [("k", GGUFBytes.uint32(1)), ("k", GGUFBytes.uint32(2))]).header, .repeatedKey("k")
    ),
    (key(GGUFBytes.value(13, [0])), .unknownValueType(key: "k", type: 13)),
    (key(GGUFBytes.value(7, [2])), .badFlag(key: "k", byte: 2)),
    (key(GGUFBytes.array(7, 2, [1, 9])), .badFlag(key: "k", byte: 9)),
    (
      key(GGUFBytes.value(8, littleEndian(UInt64(100)) + [65, 66])),
      .textBeyondFile("'k'", bytes: 100, restBytes: 2)
    ),
    (
      key(GGUFBytes.value(8, littleEndian(UInt64.max) + [65, 66])),
      .textBeyondFile("'k'", bytes: .max, restBytes: 2)
    ),
    (key(GGUFBytes.value(8, GGUFBytes.sized([0xC3, 0x28]))), .notUTF8("'k'")),
    (
      key(GGUFBytes.array(4, 5, littleEndian([1, 2] as [UInt32]))),
      .countBeyondFile(of: "'k'", count: 5, restBytes: 8)
    ),
    (key(GGUFBytes.array(8, .max, [])), .countBeyondFile(of: "'k'", count: .max, restBytes: 0)),
    (
      key(GGUFBytes.array(8, 2, GGUFBytes.text("abcdefgh") + littleEndian(UInt64(9)))),
      .textBeyondFile("'k'", bytes: 9, restBytes: 0)
    ),
    (key(GGUFBytes.array(13, 0, [])), .unknownValueType(key: "k", type: 13)),
    (key(GGUFBytes.nested(9)), .nestedTooDeep(key: "k", limit: 8)),
    (
      GGUFBytes(keys: [("general.alignment", GGUFBytes.uint32(24))]).header, .badAlignment(found: "24")
    ),
    (GGUFBytes(keys: [("general.alignment", GGUFBytes.uint32(0))]).header, .badAlignment(found: "0")),
    (
      GGUFBytes(keys: [("general.alignment", GGUFBytes.uint32(1 << 31))]).header, .badAlignment(found: "2147483648")
    ),
    (GGUFBytes(keys: [("general.alignment", GGUFBytes.string("32"))]).header, .badAlignment(found: "'32'")),
  ]

  static let tensors: [Case] = [
    (
      GGUFBytes(tensors: [.init(name: "w", sizes: [0]), .init(name: "w", sizes: [0])]).bytes, .repeatedTensor("w")
    ),
    (tensor(.init(sizes: [1, 1, 1, 1, 1])), .tooManyAxes(tensor: "w", axes: 5, limit: 4)),
    (tensor(.init(type: 4)), .unknownType(tensor: "w", type: 4)),
    (tensor(.init(type: .max)), .unknownType(tensor: "w", type: .max)),
    (
      tensor(.init(sizes: [1 << 32, 1 << 32])),
      .shapeOverflows(tensor: "w", type: .f32, shape: [1 << 32, 1 << 32])
    ),
    (tensor(.init(sizes: [.max])), .shapeOverflows(tensor: "w", type: .f32, shape: [.max])),
    (tensor(.init(sizes: [0, .max])), .shapeOverflows(tensor: "w", type: .f32, shape: [.max, 0])),
    (
      tensor(.init(sizes: [1 << 61], type: 24)),
      .beyondFile(tensor: "w", offset: 0, bytes: 1 << 61, dataBytes: 64)
    ),
    (tensor(.init(sizes: [33, 2], type: 2)), .endsInsideBlock(tensor: "w", type: .q40, shape: [2, 33])),
    (tensor(.init(sizes: [128], type: 12)), .endsInsideBlock(tensor: "w", type: .q4K, shape: [128])),
    (tensor(.init(type: 12, offset: 0)), .endsInsideBlock(tensor: "w", type: .q4K, shape: [1])),
    (tensor(.init(offset: 4)), .unaligned(tensor: "w", offset: 4, alignment: 32)),
    (
      tensor(.init(sizes: [17])), .beyondFile(tensor: "w", offset: 0, bytes: 68, dataBytes: 64)
    ),
    (
      tensor(.init(offset: 1 << 63)), .beyondFile(tensor: "w", offset: 1 << 63, bytes: 4, dataBytes: 64)
    ),
    (
      tensor(.init(sizes: [256], type: 12), bytes: 143),
      .beyondFile(tensor: "w", offset: 0, bytes: 144, dataBytes: 143)
    ),
    (
      GGUFBytes(
        tensors: [.init(name: "a", sizes: [9]), .init(name: "b", offset: 32)],
        data: [UInt8](repeating: 0, count: 64)
      ).bytes, .overlap(tensor: "b", with: "a")
    ),
    (
      GGUFBytes(tensors: [.init(name: "a"), .init(name: "b")], data: [UInt8](repeating: 0, count: 64)).bytes,
      .overlap(tensor: "b", with: "a")
    ),
    (
      GGUFBytes(
        tensors: [.init(name: "a"), .init(name: "b", offset: 64)], data: [UInt8](repeating: 0, count: 96)
      ).bytes, .hole(before: "b", bytes: 60)
    ),
    (tensor(.init(offset: 32)), .hole(before: "w", bytes: 32)),
  ]

  @Test(arguments: frames.indices) func aWrongFrameIsNamed(index: Int) throws { try expect(Self.frames[index]) }
  @Test(arguments: keys.indices) func aWrongKeyIsNamed(index: Int) throws { try expect(Self.keys[index]) }
  @Test(arguments: tensors.indices) func aWrongTensorIsNamed(index: Int) throws { try expect(Self.tensors[index]) }

  @Test func aTextInAnArrayThatIsNotUTF8IsNamedWhenItIsRead() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/x.gguf"
      try write(
        GGUFBytes(keys: [("k", GGUFBytes.array(8, 2, GGUFBytes.text("a") + GGUFBytes.sized([0xFF])))]).bytes, to: path)
      let file = try GGUFFile(path: path)
      #expect(throws: CheckpointError.badGGUF(file: path, .notUTF8("text 1 of 'k'"))) { try file.texts("k") }
    }
  }

  private func expect(_ item: Case) throws {
    try withTemporaryFolder { folder in
      try write(item.bytes, to: folder + "/x")
      #expect(throws: CheckpointError.badGGUF(file: folder + "/x", item.problem)) { try GGUFFile(path: folder + "/x") }
    }
  }
}

/// The wording of every problem.
@Suite struct GGUFMessageTests {
  private static let messages: [(GGUFProblem, String)] = [
    (.notGGUF, "not a GGUF file: it does not begin with the letters GGUF"),
    (.bigEndian, "a big-endian GGUF file, which is not supported; convert it with gguf-py's gguf-convert-endian"),
    (.unsupportedVersion(1), "version 1 of the GGUF format is not supported; 2 and 3 are"),
    (.endsInside("key 3"), "the file ends inside key 3 (truncated?)"),
    (
      .countBeyondFile(of: "'tokens'", count: 9, restBytes: 4),
      "'tokens': claims 9, more than the 4 bytes that follow can hold"
    ),
    (
      .textBeyondFile("key 0", bytes: 9, restBytes: 4), "key 0: claims a text of 9 bytes, but 4 bytes follow"
    ),
    (.nameTooLong("key 0", bytes: 70000, limit: 65535), "key 0 has 70000 bytes; at most 65535 are read"),
    (.notUTF8("key 0"), "key 0 is not UTF-8"), (.repeatedKey("a"), "the key 'a' appears twice"),
    (.unknownValueType(key: "a", type: 13), "'a': unknown value type 13"),
    (.badFlag(key: "a", byte: 2), "'a': a flag is 2, expected 0 or 1"),
    (.nestedTooDeep(key: "a", limit: 8), "'a': arrays are nested more than 8 deep"),
    (
      .badAlignment(found: "3"),
      "'general.alignment' is 3, expected a power of two up to 1048576, of type uint32"
    ),
    (.repeatedTensor("w"), "the tensor 'w' appears twice"),
    (.tooManyAxes(tensor: "w", axes: 5, limit: 4), "tensor 'w': 5 axes; at most 4 are read"),
    (.unknownType(tensor: "w", type: 4), "tensor 'w': unknown number type 4"),
    (
      .shapeOverflows(tensor: "w", type: .q4K, shape: [1, 2]), "tensor 'w': Q4_K [1, 2] is larger than any memory"
    ),
    (
      .endsInsideBlock(tensor: "w", type: .q40, shape: [2, 33]),
      "tensor 'w': Q4_0 [2, 33] has rows that are not whole blocks of 32"
    ),
    (.unaligned(tensor: "w", offset: 4, alignment: 32), "tensor 'w': its offset 4 is not a multiple of 32"),
    (
      .beyondFile(tensor: "w", offset: 32, bytes: 68, dataBytes: 64),
      "tensor 'w': 68 bytes from 32 reach beyond the 64 bytes of data (truncated file?)"
    ),
    (.overlap(tensor: "v", with: "w"), "tensors 'w' and 'v' overlap"),
    (.hole(before: "w", bytes: 60), "60 bytes before tensor 'w' belong to no tensor"),
  ]

  @Test(arguments: messages.indices)
  func theMessageSaysWhatIsWrong(index: Int) {
    let (problem, text) = Self.messages[index]
    #expect(CheckpointError.badGGUF(file: "m.gguf", problem).message == "m.gguf: \(text)")
  }
}
