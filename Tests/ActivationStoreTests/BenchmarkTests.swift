import ActivationStore
import Foundation
import ModelGraph
import TestSupport
import Testing

/// How fast caches are written, compared with h5py for the same layout. Only if PATCHBAY_BENCHMARK is set: figures from
/// a shared machine vary.
@Suite(.serialized) struct BenchmarkTests {
  static let isWanted = ProcessInfo.processInfo.environment["PATCHBAY_BENCHMARK"] != nil && Python.interpreter != nil

  @Test(.enabled(if: isWanted, "PATCHBAY_BENCHMARK and PATCHBAY_PYTHON are not both set"))
  func cachesAreWrittenAsFastAsByH5py() throws {
    let scratch = try TemporaryFolder()
    for (hooks, examples, positions, width) in [(12, 256, 64, 768), (12, 2048, 16, 256)] {
      let megabytes = Double(hooks * examples * positions * width * 4) / 1e6
      var (ours, theirs): ([Double], [Double]) = ([], [])
      for _ in 0..<4 {
        ours.append(try write(scratch.path("ours.h5"), hooks, examples, positions, width))
        theirs.append(try writeWithH5py(scratch.path("theirs.h5"), hooks, examples, positions, width))
      }
      let (a, b) = (megabytes / (ours.min() ?? .nan), megabytes / (theirs.min() ?? .nan))
      print(
        String(
          format: "%d x %d chunks of %d KiB: %.0f MB/s, h5py %.0f MB/s, ratio %.2f (best of %d, before fsync)", hooks,
          examples, positions * width * 4 / 1024, a, b, a / b, ours.count))
      #expect(a >= 0.8 * b)
    }
  }

  /// - Returns: the seconds until everything was handed to the system; checks afterwards that it is there.
  private func write(_ path: String, _ hooks: Int, _ examples: Int, _ positions: Int, _ width: Int) throws -> Double {
    let names = (0..<hooks).map { HookName(layer: $0, "hook_resid_post") }
    let values = (0..<(positions * width)).map { Float($0 % 1000) }
    let clock = ContinuousClock()
    let start = clock.now
    let writer = try CacheWriter(
      creating: path, header: Samples.cacheHeader,
      plan: CachePlan(
        hooks: names.map { .init($0, .perPosition([Extent(.dModel, width)])) }, examples: examples,
        longestPrompt: positions))
    try values.withUnsafeBufferPointer { values in
      for example in 0..<examples {
        for name in names { try writer.write(hook: name, example: example, positions: positions, values: values) }
      }
    }
    try writer.flush()
    let seconds = (clock.now - start) / .seconds(1)
    let row = PromptRow(cleanTokens: [Int32](repeating: 1, count: positions))
    try writer.write(prompts: [PromptRow](repeating: row, count: examples), from: 0)
    try writer.finish()
    let last = try CacheReader(path).read(hook: names[hooks - 1], examples: (examples - 1)..<examples)
    #expect(last.values == values)
    return seconds
  }

  private func writeWithH5py(
    _ path: String, _ hooks: Int, _ examples: Int, _ positions: Int, _ width: Int
  ) throws -> Double {
    let (status, output) = try Python.run(
      "bench_hdf5.py", [path] + [hooks, examples, positions, width].map { "\($0)" })
    #expect(status == 0, "\(output)")
    return try #require(output.split(separator: " ").first.flatMap { Double($0) })
  }
}
