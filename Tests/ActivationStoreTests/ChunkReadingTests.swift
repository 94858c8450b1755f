import ActivationStore
import Diagnostics
import Foundation
import ModelGraph
import Tensors
import TestSupport
import Testing

/// Activations are read without HDF5 if a file allows it. What HDF5 reads is the reference, bit by bit.
@Suite struct ChunkReadingTests {
  let scratch: TemporaryFolder
  init() throws { scratch = try TemporaryFolder() }

  /// A cache of one hook whose examples are written in the given order; examples not listed are never written.
  private func write(
    _ path: String, _ layout: Layout, examples: Int, positions: Int = 1, precision: CachePlan.Precision = .float32,
    order: [Int]? = nil, value: (_ example: Int, _ index: Int) -> Float
  ) throws {
    let writer = try CacheWriter(
      creating: path, header: Samples.cacheHeader,
      plan: CachePlan(hooks: [.init("x", layout)], examples: examples, longestPrompt: positions, precision: precision))
    let count = layout.sizes(examples: 1, positions: positions).reduce(1, *)
    for example in order ?? Array(0..<examples) {
      let values = (0..<count).map { value(example, $0) }
      try values.withUnsafeBufferPointer {
        try writer.write(hook: "x", example: example, positions: positions, values: $0)
      }
    }
    let row = PromptRow(cleanTokens: [Int32](repeating: 1, count: positions))
    try writer.write(prompts: [PromptRow](repeating: row, count: examples), from: 0)
    try writer.finish()
  }

  private func bits(_ tensor: Tensor) -> [UInt32] { tensor.values.map(\.bitPattern) }

  /// Reads a range in both ways and expects the same.
  /// - Returns: whether HDF5 was needed.
  @discardableResult
  private func agree(_ store: StoreReader, _ object: String, _ range: Range<Int>) throws -> Bool {
    let expected = try store.tensorByLibrary(at: object, first: range)
    let found = try store.tensor(at: object, first: range)
    #expect(found.shape == expected.shape && bits(found) == bits(expected), "\(object) \(range)")
    let direct = try store.directTensor(at: object, first: range)
    if let direct { #expect(direct.shape == expected.shape && bits(direct) == bits(expected), "\(object) \(range)") }
    return direct == nil
  }

  @Test(arguments: [CachePlan.Precision.float32, .float16], [false, true])
  func everyRangeOfEveryLayoutIsAsHDF5ReadsIt(precision: CachePlan.Precision, compress: Bool) throws {
    for runs in [[StoredRun.sole], [.clean, .corrupted]] {
      let path = scratch.path("c.h5")
      try Samples.writeCache(path, runs: runs, precision: precision, compress: compress)
      let store = try StoreReader(path)
      for run in runs {
        for (number, hook) in Samples.cacheHooks.enumerated() {
          let object = "\(run.activationsGroup)/\(hook.name)"
          for first in 0..<3 {
            for end in (first + 1)...3 {
              let isWritten = !(number == Samples.cacheHooks.count - 1 && (first..<end).contains(1))
              #expect(try agree(store, object, first..<end) == (compress || !isWritten))
            }
          }
        }
      }
    }
  }

  @Test func treesOfSeveralLevelsWithHolesInAnyOrder() throws {
    let examples = 5000
    let layout = Layout.perPosition([Extent(.dModel, 3)])
    var random = SplitMix64(seed: 1)
    for (order, ranges) in [
      (Array(0..<examples), [0..<1, 0..<64, 63..<65, 4999..<5000, 0..<5000, 1000..<3111]),
      ((0..<examples).reversed(), [0..<5000, 17..<90]), ((0..<examples).shuffled(using: &random), [0..<5000, 17..<90]),
      ((0..<examples).filter { $0 % 1000 != 999 }, [0..<999, 1000..<1999]),
    ] {
      let path = scratch.path("c.h5")
      try write(path, layout, examples: examples, positions: 2, order: Array(order)) { Float($0) + Float($1) / 8 }
      let store = try StoreReader(path)
      for range in ranges { #expect(try !agree(store, "/activations/x", range), "\(range)") }
      if order.count < examples {
        for range in [998..<1001, 999..<1000, 0..<5000, 4999..<5000] {
          #expect(try agree(store, "/activations/x", range), "\(range)")
        }
      }
      #expect(try agree(store, "/activations/x", 5..<5))
      #expect(throws: StoreError.self) { try store.tensor(at: "/activations/x", first: 4999..<5001) }
    }
  }

  @Test(arguments: [CachePlan.Precision.float32, .float16])
  func chunksOfAllSizesUpToSeveralPieces(precision: CachePlan.Precision) throws {
    for width in Array(1...70) + [1000, 1021, 65_535, 65_536, 131_070, 131_073, 200_003] {
      var random = SplitMix64(seed: UInt64(width))
      let values = (0..<width).map { _ in Half.value(UInt16(truncatingIfNeeded: random.next())) }
      let path = scratch.path("c.h5")
      try write(path, .perExample([Extent(.unit, width)]), examples: 3, precision: precision) { example, index in
        // All zeros and all ones are where sums modulo 65535 have two representations of zero.
        [values[index], 0, Float(bitPattern: .max)][example]
      }
      let store = try StoreReader(path)
      for range in [0..<3, 1..<2, 2..<3] { #expect(try !agree(store, "/activations/x", range), "\(width)") }
    }
  }

  @Test func everyHalfIsWidened() throws {
    let path = scratch.path("c.h5")
    try write(path, .perExample([Extent(.unit, 1 << 16)]), examples: 1, precision: .float16) {
      Half.value(UInt16($1))
    }
    let direct = try #require(try StoreReader(path).directTensor(at: "/activations/x", first: 0..<1))
    for (index, value) in direct.values.enumerated() {
      let expected = Half.value(UInt16(index))
      if value.bitPattern != expected.bitPattern && !(value.isNaN && expected.isNaN) {
        Issue.record("\(index): \(value)")
      }
    }
  }

  @Test func datasetsOfOtherLayoutsAreLeftToHDF5() throws {
    let path = scratch.path("r.h5")
    try Samples.writeResults(path)
    let store = try StoreReader(path)
    #expect(try agree(store, "/sweeps/heads/logit_diff", 0..<2))
    #expect(throws: StoreError.self) { try store.tensor(at: "/sweeps/heads/logit_dif", first: 0..<1) }
    #expect(throws: StoreError.self) { try store.tensor(at: "/prompts/lengths", first: 0..<1) }
  }

  @Test(arguments: [CachePlan.Precision.float32, .float16])
  func aFlippedByteOfANumberOrItsChecksumIsDamage(precision: CachePlan.Precision) throws {
    let path = scratch.path("c.h5")
    for width in [5, 150_001] {
      try write(path, .perExample([Extent(.unit, width)]), examples: 3, precision: precision) {
        Float(1000 * $0 + 100 + $1 % 50)
      }
      let whole = try Data(contentsOf: URL(filePath: path))
      // The second example's numbers as they are in the file.
      let size = precision == .float16 ? 2 : 4
      var needle = Data()
      for index in 0..<5 {
        let value = Float(1100 + index)
        if size == 2 {
          withUnsafeBytes(of: Half.bits(value).littleEndian) { needle.append(contentsOf: $0) }
        } else {
          withUnsafeBytes(of: value.bitPattern.littleEndian) { needle.append(contentsOf: $0) }
        }
      }
      let start = try #require(whole.range(of: needle)?.lowerBound)
      for offset in Set([0, 1, 2 * size, width * size / 2, width * size - 1] + (0..<4).map { width * size + $0 }) {
        var damaged = whole
        damaged[start + offset] ^= 0x10
        unlink(path)
        try damaged.write(to: URL(filePath: path))
        let reader = try CacheReader(path)
        for range in [1..<2, 0..<3] {
          #expect(try reader.store.directTensor(at: "/activations/x", first: range) == nil)
          let error = #expect(throws: StoreError.self) { try reader.read(hook: "x", examples: range) }
          guard case .damaged(path, "/activations/x", _) = error else {
            Issue.record("\(String(describing: error))")
            continue
          }
        }
        for range in [0..<1, 2..<3] { #expect(try !agree(reader.store, "/activations/x", range)) }
      }
    }
  }

  /// An address in the tree of chunks, which has no checksum, may lead to another whole chunk; then it misleads HDF5 as
  /// well.
  @Test func damageAnywhereMakesNoNumbersThatHDF5DoesNotRead() throws {
    let path = scratch.path("c.h5")
    try write(path, .perExample([Extent(.unit, 2)]), examples: 200) { Float($0) + Float($1) / 2 }
    let whole = try Data(contentsOf: URL(filePath: path))
    let original = bits(try CacheReader(path).read(hook: "x", examples: 0..<200))
    var random = SplitMix64(seed: 2)
    for _ in 0..<1500 {
      var damaged = whole
      damaged[Int(random.next() % UInt64(whole.count))] ^= UInt8(truncatingIfNeeded: random.next() % 255 + 1)
      unlink(path)
      try damaged.write(to: URL(filePath: path))
      do {
        let store = try StoreReader(path)
        guard let direct = try store.directTensor(at: "/activations/x", first: 0..<200) else { continue }
        let found = bits(direct)
        if found != original {
          let expected = bits(try store.tensorByLibrary(at: "/activations/x", first: 0..<200))
          if found != expected { Issue.record("numbers that HDF5 does not read") }
        }
      } catch is StoreError {
        continue
      }
    }
  }

  @Test func manyThreadsReadTheSame() throws {
    let path = scratch.path("c.h5")
    try write(path, .perPosition([Extent(.dModel, 7)]), examples: 700, positions: 3) { Float($0 * 21 + $1) }
    let reader = try CacheReader(path)
    DispatchQueue.concurrentPerform(iterations: 64) { index in
      let first = index * 10
      let expected = (first * 21..<(first + 40) * 21).map(Float.init)
      do {
        let found = try reader.read(hook: "x", examples: first..<(first + 40)).values
        if found != expected { Issue.record("\(first)") }
      } catch {
        Issue.record("\(error)")
      }
    }
  }
}

/// The checksum against its definition.
@Suite struct Fletcher32Tests {
  /// Sums of big-endian words and sums of the sums, modulo 65535; a residue of 0 is 65535 unless all words are 0.
  private func plain(_ bytes: [UInt8]) -> UInt32 {
    var (first, second) = (0, 0)
    for index in stride(from: 0, to: bytes.count, by: 2) {
      first = (first + Int(bytes[index]) << 8 + Int(bytes[index + 1])) % 65535
      second = (second + first) % 65535
    }
    func name(_ sum: Int) -> UInt32 { sum == 0 && bytes.contains { $0 != 0 } ? 65535 : UInt32(sum) }
    return name(second) << 16 | name(first)
  }

  private func checksum(_ bytes: [UInt8], pieces: [Int], copying: Bool) -> Fletcher32 {
    var checksum = Fletcher32()
    var copy = [UInt8](repeating: 7, count: bytes.count)
    bytes.withUnsafeBytes { from in
      copy.withUnsafeMutableBytes { to in
        for (start, end) in zip([0] + pieces, pieces + [bytes.count]) where end > start {
          checksum.add(
            from.baseAddress! + start, count: end - start, copyingTo: copying ? to.baseAddress! + start : nil)
        }
      }
    }
    if copying { #expect(copy == bytes) }
    return checksum
  }

  @Test func everyLengthAndAnyPieces() {
    var random = SplitMix64(seed: 3)
    for count in Array(stride(from: 0, through: 400, by: 2)) + [16_320, 16_322, 16_384, 32_640, 40_000, 300_002] {
      for kind in 0..<4 {
        let bytes = (0..<count).map { index -> UInt8 in
          switch kind {
          case 0: UInt8(truncatingIfNeeded: random.next())
          case 1: 0xFF
          case 2: 0
          default: index == count - 1 ? 1 : 0
          }
        }
        let expected = plain(bytes)
        let cut = count / 2 / 3 * 2
        for pieces in [[], [cut], [cut, count - cut].sorted()] {
          let found = checksum(bytes, pieces: pieces, copying: kind != 1)
          #expect(found.agrees(with: expected), "\(count) \(kind) \(pieces)")
          // As written by HDF5 before 1.6.3.
          let old = (expected & 0x00FF_00FF) << 8 | (expected >> 8) & 0x00FF_00FF
          #expect(found.agrees(with: old))
          #expect(!found.agrees(with: expected ^ 0x100) && !found.agrees(with: expected ^ 0x0100_0000))
        }
      }
    }
  }
}
