import ActivationStore
import Foundation
import ModelGraph
import TestSupport
import Testing

@Suite struct CacheTests {
  let scratch: TemporaryFolder
  init() throws { scratch = try TemporaryFolder() }

  @Test(arguments: [CachePlan.Precision.float32, .float16], [false, true])
  func whatIsWrittenIsReadBack(precision: CachePlan.Precision, compress: Bool) throws {
    for runs in [[StoredRun.sole], [.clean, .corrupted], [.corrupted]] {
      let path = scratch.path("c.h5")
      try Samples.writeCache(path, runs: runs, precision: precision, compress: compress)
      let reader = try CacheReader(path)
      #expect(reader.runs == runs && reader.examples == 3 && reader.lengths == [4, 2, 3])
      #expect(reader.hooks == Samples.cacheHooks.map(\.name).sorted())
      #expect(try reader.header() == Samples.cacheHeader)
      for (number, hook) in Samples.cacheHooks.enumerated() {
        #expect(try reader.layout(of: hook.name) == hook.layout)
        let object = "/activations/\(runs == [.sole] ? "" : runs[0].rawValue + "/")\(hook.name)"
        let description = try reader.store.describe(object)
        #expect(description.chunk == [1] + description.shape.dropFirst())
        #expect(description.filters == (compress ? ["shuffle", "deflate"] : []) + ["fletcher32"])
        for run in runs {
          let whole = try reader.read(run: run, hook: hook.name, examples: 0..<3)
          #expect(whole.shape == hook.layout.sizes(examples: 3, positions: 4))
          for example in 0..<3 {
            let one = try reader.read(run: run, hook: hook.name, examples: example..<(example + 1)).values
            let expected = padded(run, number, example)
            #expect(one.map(plain) == expected.map(plain), "\(hook.name) \(example)")
            let part = whole.values[(example * one.count)..<((example + 1) * one.count)]
            #expect(part.map(plain) == expected.map(plain))
          }
        }
      }
    }
  }

  /// A value's bits, the same for every NaN.
  private func plain(_ value: Float) -> UInt32 { value.isNaN ? Float.nan.bitPattern : value.bitPattern }

  /// One example as it should be stored, computed value by value from the definition of each axis.
  private func padded(_ run: StoredRun, _ number: Int, _ example: Int) -> [Float] {
    let layout = Samples.cacheHooks[number].layout
    let positions = Samples.prompts[example].cleanTokens.count
    let (small, large) = (
      Array(layout.sizes(examples: 1, positions: positions).dropFirst()),
      Array(layout.sizes(examples: 1, positions: 4).dropFirst())
    )
    let unwritten = number == Samples.cacheHooks.count - 1 && example == 1
    return (0..<large.reduce(1, *)).map { flat in
      var (rest, index, stride, inside) = (flat, 0, 1, !unwritten)
      for (size, limit) in zip(large, small).reversed() {
        inside = inside && rest % size < limit
        index += rest % size * stride
        stride *= limit
        rest /= size
      }
      return inside ? Samples.cacheValue(run, number, example, index) : .nan
    }
  }

  @Test func aBatchIsWrittenAsItsExamplesAre() throws {
    let layouts: [Layout] = [
      .perPosition([Extent(.dModel, 3)]), .perPair(heads: 2), .perExample([Extent(.unit, 2)]), .perPosition([]),
    ]
    for layout in layouts {
      let plan = CachePlan(hooks: [.init("x", layout)], examples: 4, longestPrompt: 3)
      let writer = try CacheWriter(creating: scratch.path("batch.h5"), header: Samples.cacheHeader, plan: plan)
      let lengths = [3, 1, 2, 3]
      for first in [0, 2] {
        let positions = Array(lengths[first..<(first + 2)])
        let count = positions.map { layout.sizes(examples: 1, positions: $0).reduce(1, *) }.reduce(0, +)
        let values = (0..<count).map { Float(first * 100 + $0) }
        try values.withUnsafeBufferPointer {
          try writer.write(hook: "x", from: first, positions: positions, values: $0)
        }
      }
      let rows = lengths.map { PromptRow(cleanTokens: (0..<Int32($0)).map { $0 }) }
      try writer.write(prompts: rows, from: 0)
      try writer.finish()
      let reader = try CacheReader(scratch.path("batch.h5"))
      #expect(try reader.prompts() == rows)
      for first in [0, 2] {
        let written = try reader.read(hook: "x", examples: first..<(first + 2)).values.filter { !$0.isNaN }
        #expect(written == (0..<written.count).map { Float(first * 100 + $0) })
      }
    }
  }

  #if os(Linux)
    @Test func afterTheEndNothingIsOpen() throws {
      func open() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { name in
          var buffer = [CChar](repeating: 0, count: 4096)
          let count = readlink("/proc/self/fd/\(name)", &buffer, buffer.count)
          let link = String(decoding: buffer.prefix(max(count, 0)).map(UInt8.init(bitPattern:)), as: UTF8.self)
          return link.hasPrefix(scratch.path) ? link : nil
        }
      }
      let plan = CachePlan(hooks: [.init("x", .perExample([Extent(.unit, 2)]))], examples: 1, longestPrompt: 1)
      for end in [CacheWriter.finish, { $0.discard }] {
        let writer = try CacheWriter(creating: scratch.path("c.h5"), header: Samples.cacheHeader, plan: plan)
        try writer.write(prompts: [PromptRow(cleanTokens: [1])], from: 0)
        #expect(try !open().isEmpty)
        try end(writer)()
        #expect(try open().isEmpty)
        withExtendedLifetime(writer) {}
      }
    }

    @Test func tenThousandPromptsNeedNoMoreMemoryThanAFew() throws {
      let (examples, positions) = (10_000, 32)
      let writer = try CacheWriter(
        creating: scratch.path("c.h5"), header: Samples.cacheHeader,
        plan: CachePlan(
          hooks: [.init("x", .perPosition([Extent(.dModel, 64)]))], examples: examples, longestPrompt: positions,
          promptColumns: PromptColumns([.cleanTokenStrings, .text])))
      let row = PromptRow(
        cleanTokens: (0..<32).map { $0 }, cleanTokenStrings: (0..<32).map { " token\($0)" },
        text: String(repeating: "x", count: 200))
      let values = [Float](repeating: 1, count: positions * 64)
      func resident() throws -> Int {
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return (Int(pages[1]) ?? 0) * 4096
      }
      var early = 0
      for first in stride(from: 0, to: examples, by: 100) {
        try writer.write(prompts: [PromptRow](repeating: row, count: 100), from: first)
        for example in first..<(first + 100) {
          try values.withUnsafeBufferPointer {
            try writer.write(hook: "x", example: example, positions: positions, values: $0)
          }
        }
        if first == 1000 { early = try resident() }
      }
      // Other tests run at the same time; the numbers written are 82 MB, the texts 12.
      let grown = try resident() - early
      #expect(grown < 40 << 20, "\(grown >> 20) MiB more")
      try writer.finish()
      #expect(try CacheReader(scratch.path("c.h5")).read(hook: "x", examples: 9_999..<10_000).values == values)
    }
  #endif

  @Test func wrongUseIsRefused() throws {
    let path = scratch.path("c.h5")
    let plan = CachePlan(
      hooks: [.init("blocks.0.hook_resid_pre", .perPosition([Extent(.dModel, 2)]))], examples: 2, longestPrompt: 3,
      precision: .float16)
    let writer = try CacheWriter(creating: path, header: Samples.cacheHeader, plan: plan)
    func refusal(_ hook: HookName, _ example: Int, _ positions: Int, _ values: [Float]) -> StoreError? {
      #expect(throws: StoreError.self) {
        try values.withUnsafeBufferPointer {
          try writer.write(hook: hook, example: example, positions: positions, values: $0)
        }
      }
    }
    let hook: HookName = "blocks.0.hook_resid_pre"
    #expect(refusal("blocks.0.hook_resid_per", 0, 1, [1, 2])?.message.contains("did you mean '\(hook)'?") == true)
    #expect(refusal(hook, 2, 1, [1, 2])?.kind == .badData)
    #expect(refusal(hook, 0, 4, [Float](repeating: 0, count: 8)) != nil)
    #expect(refusal(hook, 0, 1, [1, 2, 3]) != nil)
    #expect(
      refusal(hook, 1, 1, [1, -70000])
        == .doesNotFitFloat16(path: path, hook: hook.text, example: 1, value: -70000))
    let infinite: [Float] = [.infinity, -.infinity]
    try infinite.withUnsafeBufferPointer { try writer.write(hook: hook, example: 1, positions: 1, values: $0) }
    try writer.write(prompts: [PromptRow(cleanTokens: [1, 2, 3]), PromptRow(cleanTokens: [4])], from: 0)
    #expect(throws: StoreError.self) { try writer.write(prompts: [PromptRow(cleanTokens: [1])], from: 2) }
    #expect(throws: StoreError.self) { try writer.write(prompts: [PromptRow(cleanTokens: [1, 2, 3, 4])], from: 0) }
    #expect(throws: StoreError.self) { try writer.write(prompts: [PromptRow(cleanTokens: [1], text: "x")], from: 0) }
    try writer.finish()
    let reader = try CacheReader(path)
    #expect(try reader.read(hook: hook, examples: 1..<2).values.prefix(2) == infinite[...])
    #expect(throws: StoreError.self) { try reader.read(hook: hook, examples: 1..<3) }
    #expect(throws: StoreError.self) { try reader.read(run: .clean, hook: hook, examples: 0..<1) }
    #expect(throws: StoreError.self) { try reader.layout(of: "hook_embed") }
  }
}
