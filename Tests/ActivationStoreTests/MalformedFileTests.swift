import ActivationStore
import Diagnostics
import Foundation
import TestSupport
import Testing

/// Damaged files: each must be refused with a typed error or read as valid, without a crash, a hang or absurd memory.
@Suite(.serialized) struct MalformedFileTests {
  enum Kind: String, CaseIterable, CustomTestStringConvertible {
    case results, cache
    var testDescription: String { rawValue }

    func write(_ path: String) throws {
      switch self {
      case .results: try Samples.writeResults(path)
      case .cache: try Samples.writeCache(path, runs: [.clean, .corrupted])
      }
    }
  }

  /// The outcome of reading a damaged file.
  enum Outcome: Hashable { case read, refused }

  /// Reads everything, through every entry point.
  static func readEverything(_ path: String, _ kind: Kind) throws {
    let store = try StoreReader(path)
    _ = try store.attributes()
    for dataset in try store.allDatasets() {
      let description = try store.describe(dataset)
      _ = try store.attributes(of: dataset)
      switch description.type {
      case .float16, .float32, .float64: _ = try store.tensor(at: dataset)
      case .int8, .int32, .int64: _ = try store.integers(at: dataset)
      case .text: _ = try store.texts(at: dataset)
      case .other: break
      }
    }
    switch kind {
    case .results:
      let reader = try ResultsReader(path)
      _ = (try reader.header(), try reader.prompts())
      for run in try reader.baselineRuns() { _ = try reader.baseline(run) }
      for name in try reader.sweeps() { _ = try reader.sweep(name) }
    case .cache:
      let reader = try CacheReader(path)
      _ = (try reader.header(), try reader.prompts())
      for hook in reader.hooks {
        for run in reader.runs { _ = try reader.read(run: run, hook: hook, examples: 0..<reader.examples) }
      }
    }
  }

  /// The process's peak memory so far, in KiB on Linux.
  static var peakMemory: Int {
    var usage = rusage()
    // 0 is RUSAGE_SELF, whose Swift type differs between systems.
    getrusage(0, &usage)
    return usage.ru_maxrss
  }

  static func outcome(of bytes: Data, _ path: String, _ kind: Kind) throws -> Outcome {
    // A new file each time: some file systems immediately flush a file that was truncated and rewritten.
    unlink(path)
    try bytes.write(to: URL(filePath: path))
    do {
      try readEverything(path, kind)
      return .read
    } catch let error as StoreError {
      #expect(!error.message.isEmpty && !error.message.contains("\n"), "\(error)")
      return .refused
    }
  }

  @Test(arguments: Kind.allCases) func truncatedFilesAreRefused(kind: Kind) throws {
    let scratch = try TemporaryFolder()
    try kind.write(scratch.path("whole.h5"))
    let whole = try Data(contentsOf: URL(filePath: scratch.path("whole.h5")))
    #expect(try Self.outcome(of: whole, scratch.path("damaged.h5"), kind) == .read)
    let lengths = Array(0..<64) + Array(stride(from: 64, to: whole.count, by: 97)) + [whole.count - 1]
    for length in lengths {
      let outcome = try Self.outcome(of: whole.prefix(length), scratch.path("damaged.h5"), kind)
      #expect(outcome == .refused, "\(length) of \(whole.count) bytes")
    }
  }

  @Test(arguments: Kind.allCases) func flippedBytesAreRefusedOrHarmless(kind: Kind) throws {
    let scratch = try TemporaryFolder()
    try kind.write(scratch.path("whole.h5"))
    let whole = try Data(contentsOf: URL(filePath: scratch.path("whole.h5")))
    var outcomes: [Outcome: Int] = [:]
    // PATCHBAY_DAMAGE="rounds seed" makes the search longer.
    let wish = (ProcessInfo.processInfo.environment["PATCHBAY_DAMAGE"] ?? "").split(separator: " ").compactMap {
      Int($0)
    }
    var random = SplitMix64(seed: UInt64(wish.last ?? 1))
    for _ in 0..<(wish.first ?? 400) {
      var damaged = whole
      for _ in 0...Int(random.next() % 4) {
        damaged[Int(random.next() % UInt64(whole.count))] ^= UInt8(truncatingIfNeeded: random.next() % 255 + 1)
      }
      let before = Self.peakMemory
      outcomes[try Self.outcome(of: damaged, scratch.path("damaged.h5"), kind), default: 0] += 1
      // This is for the whole process: other tests run at the same time, but none takes two more gigabytes in these
      // milliseconds.
      let growth = Self.peakMemory - before
      #expect(growth < 2 << 20, "\(growth) KiB for one file")
    }
    #expect(outcomes[.refused, default: 0] > 0)
    print("\(kind), damaged: \(outcomes)")
  }
}
