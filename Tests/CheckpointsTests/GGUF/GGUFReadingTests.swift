import Checkpoints
import Foundation
import TestSupport
import Testing

/// The contents of a GGUF file are read correctly.
@Suite struct GGUFReadingTests {
  @Test(arguments: [2, 3] as [UInt32])
  func valuesOfEveryTypeAreRead(version: UInt32) throws {
    var bytes = GGUFBytes(keys: [
      ("u8", GGUFBytes.value(0, [200])), ("i8", GGUFBytes.value(1, [0xFE])),
      ("u16", GGUFBytes.value(2, littleEndian(UInt16(60000)))), ("i16", GGUFBytes.value(3, littleEndian(Int16(-300)))),
      ("u32", GGUFBytes.uint32(4_000_000_000)), ("i32", GGUFBytes.value(5, littleEndian(Int32(-7)))),
      ("f32", GGUFBytes.value(6, floats([1.5]))), ("yes", GGUFBytes.value(7, [1])), ("no", GGUFBytes.value(7, [0])),
      ("text", GGUFBytes.string("gr\u{FC}n")), ("u64", GGUFBytes.value(10, littleEndian(UInt64.max))),
      ("i64", GGUFBytes.value(11, littleEndian(Int64.min))),
      ("f64", GGUFBytes.value(12, littleEndian((0.1).bitPattern))),
      ("texts", GGUFBytes.array(8, 3, GGUFBytes.text("a") + GGUFBytes.text("") + GGUFBytes.text("\u{2581}the"))),
      ("numbers", GGUFBytes.array(5, 3, littleEndian([1, -2, 3] as [Int32]))),
      ("floats", GGUFBytes.array(6, 2, floats([0.5, -2]))), ("none", GGUFBytes.array(4, 0, [])),
      ("nested", GGUFBytes.nested(8)), ("flags", GGUFBytes.array(7, 2, [0, 1])),
    ])
    bytes.version = version
    let file = try open(bytes)
    #expect(file.keys.count == 19 && file.keys.first == "u8" && file.keys.last == "flags")
    #expect(file["u8"] == .unsigned(200) && file["i8"] == .signed(-2) && file["u16"] == .unsigned(60000))
    #expect(file["i16"] == .signed(-300) && file["u32"] == .unsigned(4_000_000_000) && file["i32"] == .signed(-7))
    #expect(file["u64"] == .unsigned(.max) && file["i64"] == .signed(.min))
    #expect(try file.integer("u8") == 200 && file.integer("i16") == -300 && file.integer("absent") == nil)
    #expect(try file.number("f32") == 1.5 && file.number("f64") == 0.1 && file.number("i32") == -7)
    #expect(try file.flag("yes") == true && file.flag("no") == false && file.text("text") == "gr\u{FC}n")
    #expect(try file.texts("texts") == ["a", "", "\u{2581}the"] && file.integers("numbers") == [1, -2, 3])
    #expect(try file.floats("floats") == [0.5, -2] && file.texts("none") == [] && file.integers("none") == [])
    #expect(try file.texts("absent") == nil && file.integers("absent") == nil && file.floats("absent") == nil)
  }

  @Test func aValueOfAnotherTypeIsNamed() throws {
    let file = try open(
      GGUFBytes(keys: [
        ("a.b", GGUFBytes.string("x")), ("n", GGUFBytes.value(10, littleEndian(UInt64.max))),
        ("list", GGUFBytes.array(4, 1, littleEndian(UInt32(1)))), ("words", GGUFBytes.array(8, 1, GGUFBytes.text("w"))),
      ]))
    let path = file.path
    func expect(_ key: String, _ value: String, _ expected: String, _ body: () throws -> Void) {
      #expect(throws: CheckpointError.invalidConfigValue(key: key, value: value, expected: expected, file: path)) {
        try body()
      }
    }
    expect("a.b", "'x'", "a whole number") { _ = try file.integer("a.b") }
    expect("a.b", "'x'", "a number") { _ = try file.number("a.b") }
    expect("a.b", "'x'", "true or false") { _ = try file.flag("a.b") }
    expect("n", "18446744073709551615", "a whole number") { _ = try file.integer("n") }
    expect("n", "18446744073709551615", "a text") { _ = try file.text("n") }
    expect("list", "an array of 1", "an array of texts") { _ = try file.texts("list") }
    expect("words", "an array of 1", "an array of whole numbers") { _ = try file.integers("words") }
    expect("list", "an array of 1", "an array of float32") { _ = try file.floats("list") }
  }

  @Test func tensorsHaveTheirShapesOutermostFirst() throws {
    let numbers: [Float] = [1, 2, 3, 4, 5, 6]
    let file = try open(
      GGUFBytes(
        tensors: [
          .init(name: "b", sizes: [1], offset: 32), .init(name: "a", sizes: [3, 2]),
          .init(name: "empty", sizes: [0, 5], offset: 32),
        ],
        data: floats(numbers) + [UInt8](repeating: 0, count: 8) + floats([7])))
    #expect(file.tensors.map(\.name) == ["a", "empty", "b"])
    #expect(file.tensor(named: "a")?.shape == [2, 3] && file.tensor(named: "empty")?.shape == [5, 0])
    #expect(try file.storage(named: "a").values == numbers && file.storage(named: "b").values == [7])
    #expect(try file.storage(named: "empty").values == [])
    #expect(file.tensor(named: "c") == nil)
  }

  @Test func theAlignmentIsTheFiles() throws {
    let file = try open(
      GGUFBytes(
        keys: [("general.alignment", GGUFBytes.uint32(8))],
        tensors: [.init(name: "a"), .init(name: "b", offset: 8)], data: floats([1, 0, 2]), alignment: 8))
    #expect(try file.storage(named: "b").values == [2])
    // Numbers off a 4-byte boundary are copied.
    let odd = try open(
      GGUFBytes(
        keys: [("general.alignment", GGUFBytes.uint32(1)), ("xy", GGUFBytes.value(0, [1]))],
        tensors: [.init(name: "a", sizes: [2])], data: floats([1, 2]), alignment: 1))
    #expect((odd.tensor(named: "a")?.bytes.lowerBound ?? 0) % 4 != 0)
    #expect(try odd.storage(named: "a").values == [1, 2])
  }

  @Test func numbersThatAreNotFiniteAreNamed() throws {
    let values: [(Float, NonFiniteWeight.Value)] = [
      (.nan, .nan), (.infinity, .infinity), (-.infinity, .negativeInfinity),
    ]
    for (value, name) in values {
      let file = try open(
        GGUFBytes(tensors: [.init(sizes: [3, 2])], data: floats([0, 1, 2, 3, value, 5])))
      #expect(
        throws: CheckpointError.nonFiniteWeight(
          NonFiniteWeight(file: file.path, tensor: "w", index: [1, 1], value: name))
      ) { try file.storage(named: "w") }
    }
    // An infinite scale makes the whole block infinite, except zeros, which become NaN.
    let block = littleEndian(UInt16(0x7C00)) + [UInt8](repeating: 0, count: 31) + [1]
    let file = try open(GGUFBytes(tensors: [.init(sizes: [32], type: 8)], data: block))
    #expect(
      throws: CheckpointError.nonFiniteWeight(NonFiniteWeight(file: file.path, tensor: "w", index: [0], value: .nan))
    ) { try file.storage(named: "w") }
  }

  @Test func typesThatAreNotReadAreNamed() throws {
    let file = try open(
      GGUFBytes(
        tensors: [.init(sizes: [256], type: 17)], data: [UInt8](repeating: 0, count: 74)))
    #expect(throws: CheckpointError.unreadType(tensor: "w", file: file.path, found: .iq2XS)) {
      try file.storage(named: "w")
    }
    #expect(throws: CheckpointError.missingWeight(tensor: "v", place: file.path, available: ["w"])) {
      try file.storage(named: "v")
    }
  }

  private func open(_ bytes: GGUFBytes) throws -> GGUFFile {
    try withTemporaryFolder { folder in
      try write(bytes.bytes, to: folder + "/x.gguf")
      return try GGUFFile(path: folder + "/x.gguf")
    }
  }
}
