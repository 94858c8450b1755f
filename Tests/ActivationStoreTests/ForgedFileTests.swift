import ActivationStore
import Foundation
import TestSupport
import Testing

/// Files with right checksums and wrong contents, which only intent can produce. HDF5 1.10 would crash or loop.
@Suite struct ForgedFileTests {
  private let scratch: TemporaryFolder
  private var path: String { scratch.path("r.h5") }

  init() throws { scratch = try TemporaryFolder() }

  /// A results file with so many attributes and sweeps that neither fit in its header.
  private func writeCrowded(attributes: Int, sweeps: Int) throws -> [UInt8] {
    var header = Samples.resultsHeader
    for number in 0..<attributes { header.attributes["extra-\(number)"] = .text("value \(number)") }
    let writer = try ResultsWriter(creating: path, header: header, prompts: Samples.prompts)
    for number in 0..<sweeps {
      try writer.declare(SweepDeclaration(name: "s\(number)", axes: Samples.headAxes, metrics: ["prob"]))
    }
    try writer.finish()
    return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  private func check(_ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    try MalformedFileTests.readEverything(path, .results)
  }

  /// The trees grow to two levels, the heaps to several blocks, and attributes too large for a block are stored
  /// separately.
  @Test(arguments: [(9, 2), (40, 60), (400, 300)] as [(Int, Int)])
  func whatDoesNotFitTheHeaderIsFound(attributes: Int, sweeps: Int) throws {
    _ = try writeCrowded(attributes: attributes, sweeps: sweeps)
    let reader = try ResultsReader(path)
    let header = try reader.header()
    for number in 0..<attributes { #expect(header.attributes["extra-\(number)"] == .text("value \(number)")) }
    #expect(try reader.sweeps().count == sweeps)
    try MalformedFileTests.readEverything(path, .results)
    let file = try ArraysFile(
      creating: scratch.path("long.h5"), format: .vector,
      attributes: ["long": .numbers((0..<2000).map(Double.init))].merging(
        (0..<12).map { ("a\($0)", .integer($0)) }, uniquingKeysWith: { $1 }))
    try file.finish()
    let long = try StoreReader(scratch.path("long.h5")).attributes()
    #expect(long["long"] == .numbers((0..<2000).map(Double.init)) && long["a11"] == .integer(11))
  }

  /// The table of a dataset's chunks has no checksum. HDF5 subtracts the four bytes of a checksum from a chunk's stated
  /// size.
  @Test(arguments: [0, 1, 3, 1 << 31] as [UInt32]) func chunksOfNoSizeAreRefused(size: UInt32) throws {
    var bytes = try writeCrowded(attributes: 1, sweeps: 1)
    let leaf = Array("TREE".utf8) + [1, 0]
    var leaves = 0
    for place in bytes.indices.dropLast(32) where Array(bytes[place..<place + 6]) == leaf && bytes[place + 6] > 0 {
      withUnsafeBytes(of: size.littleEndian) { bytes.replaceSubrange(place + 24..<place + 28, with: $0) }
      leaves += 1
    }
    #expect(leaves > 3)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: StoreError.self) { try ResultsReader(path).prompts() }
    #expect(error?.message.contains("a table of chunks makes no sense") == true)
    #expect(throws: StoreError.self) { try MalformedFileTests.readEverything(path, .results) }
  }

  /// Offsets and lengths in a tree's records that lead out of the heap.
  @Test(arguments: [8, 5]) func recordsThatLeadNowhereAreRefused(type: UInt8) throws {
    let sound = try writeCrowded(attributes: 12, sweeps: 12)
    let (record, identifier) = type == 8 ? (17, 0) : (11, 4)
    let leaves = sound.indices.dropLast(600).filter { sound[$0...].starts(with: Array("BTLF".utf8) + [0, type]) }
    #expect(!leaves.isEmpty)
    for leaf in leaves {
      for (place, bytes) in [(0, [0x40]), (0, [0x20]), (1, [0xFF, 0xFF]), (1, [0, 0]), (5, [0xFF, 0x0F])]
        as [(Int, [UInt8])]
      {
        var forged = sound
        let at = leaf + 6 + record + identifier + place
        forged.replaceSubrange(at..<at + bytes.count, with: bytes)
        try seal(&forged, from: leaf, soundIn: sound)
        #expect(throws: StoreError.self, "record at \(leaf), byte \(place)") { try check(forged) }
      }
    }
  }

  /// The size of a fill value beyond its message: a version 3 message with the flag that there is a value, and the size
  /// 4 of a float.
  @Test func fillValuesLargerThanTheirMessageAreRefused() throws {
    let sound = try writeCrowded(attributes: 1, sweeps: 1)
    let fills = sound.indices.dropLast(16).filter {
      sound[$0] == 3 && sound[$0 + 1] & 0x30 == 0x20
        && Array(sound[$0 + 2..<$0 + 10]) == [4, 0, 0, 0, 0, 0, 0xC0, 0x7F]
    }
    #expect(!fills.isEmpty)
    for fill in fills {
      for size in [[0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0, 0x80], [5, 0, 0, 0]] as [[UInt8]] {
        var forged = sound
        forged.replaceSubrange(fill + 2..<fill + 6, with: size)
        let header = try #require(
          sound[..<fill].indices.last {
            sound[$0...].starts(with: "OHDR".utf8) || sound[$0...].starts(with: "OCHK".utf8)
          })
        try seal(&forged, from: header, soundIn: sound)
        #expect(throws: StoreError.self) { try check(forged) }
      }
    }
  }

  /// Recomputes the checksum of a block.
  /// - Parameter sound: the undamaged bytes, used to find the end of the block.
  private func seal(_ bytes: inout [UInt8], from start: Int, soundIn sound: [UInt8]) throws {
    let end = try #require(
      (start + 8..<min(sound.count - 4, start + 6000)).first { end in
        Self.checksum(sound[start..<end]) == (0..<4).reduce(0) { $0 | UInt32(sound[end + $1]) << (8 * UInt32($1)) }
      })
    let sum = Self.checksum(bytes[start..<end])
    for index in 0..<4 { bytes[end + index] = UInt8(truncatingIfNeeded: sum >> (8 * UInt32(index))) }
  }

  /// Bob Jenkins' lookup3, which the file format specification names.
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    func rotate(_ x: UInt32, _ by: UInt32) -> UInt32 { x << by | x >> (32 - by) }
    var sums = [UInt32](repeating: 0xDEAD_BEEF &+ UInt32(bytes.count), count: 3)
    func add(_ at: Int) {
      for place in at..<min(at + 12, bytes.endIndex) {
        sums[(place - at) / 4] &+= UInt32(bytes[place]) << (8 * UInt32((place - at) % 4))
      }
    }
    var at = bytes.startIndex
    while bytes.endIndex - at > 12 {
      add(at)
      for (a, b, c, by) in [(0, 2, 1, 4), (1, 0, 2, 6), (2, 1, 0, 8), (0, 2, 1, 16), (1, 0, 2, 19), (2, 1, 0, 4)]
        as [(Int, Int, Int, UInt32)]
      {
        sums[a] = (sums[a] &- sums[b]) ^ rotate(sums[b], by)
        sums[b] = sums[b] &+ sums[c]
      }
      at += 12
    }
    guard at < bytes.endIndex else { return sums[2] }
    add(at)
    for (a, b, by) in [(2, 1, 14), (0, 2, 11), (1, 0, 25), (2, 1, 16), (0, 2, 4), (1, 0, 14), (2, 1, 24)]
      as [(Int, Int, UInt32)]
    {
      sums[a] = (sums[a] ^ sums[b]) &- rotate(sums[b], by)
    }
    return sums[2]
  }
}
