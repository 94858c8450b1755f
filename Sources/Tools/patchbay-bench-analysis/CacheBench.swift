import ActivationStore
import Analysis
import ArgumentParser
import Foundation
import ModelGraph
import Tensors

struct CacheBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache",
    abstract: "Time reading a cache from memory against plain reads of the same file, after comparing it with HDF5.")

  @Argument(help: "A cache file.")
  var file: String

  @Flag(help: "Create the file first.")
  var make = false

  @Option(help: "How many examples to create.")
  var examples = 20_000

  @Option(help: "How many hooks to create.")
  var layers = 12

  @Option(help: "How many positions each example has.")
  var positions = 1

  @Option(help: "How many numbers each position has.")
  var width = 768

  @Option(help: "How many examples to write at once.")
  var batch = 64

  @Flag(help: "Store float16 numbers.")
  var half = false

  @Flag(help: "Store compressed chunks.")
  var compress = false

  @Option(help: "How many examples to read at once.")
  var piece = 1024

  @Option(help: "Workers, each with its own hook; one per core by default.")
  var threads: Int?

  @Option(help: "How often to time each; the shortest counts.")
  var repetitions = 5

  func run() throws {
    if make { try write() }
    let whole = try WholeFile(path: file)
    let reader = try CacheReader(file)
    let cores = threads ?? ProcessInfo.processInfo.activeProcessorCount
    let size = try reader.hooks.reduce(0) { try $0 + reader.shape(of: $1).reduce(1, *) } * 4
    print(
      String(
        format: "%d hooks of %d examples, %.3f GB of float32, a file of %.3f GB", reader.hooks.count, reader.examples,
        Double(size) / 1e9, Double(whole.bytes) / 1e9))
    try compare(reader)
    // Opening the file finds the chunks; reading again does not repeat this.
    let opening = try shortest(of: repetitions) { try read(CacheReader(file), threads: 1) }
    let block = max(1 << 20, piece * size / max(1, reader.hooks.count * reader.examples))
    for workers in Set([1, cores]).sorted() {
      let plain = shortest(of: repetitions) {
        _ = WorkerPool.map(count: workers, threads: workers) { whole.read(share: $0, of: workers, block: block) }
      }
      let ours = try shortest(of: repetitions) { try read(reader, threads: workers) }
      let library = try shortest(of: 1) { try readByLibrary(reader, threads: workers) }
      func rate(_ time: (wall: Double, processor: Double)) -> Double { Double(whole.bytes) / time.wall / 1e9 }
      print(
        String(
          format: "%d threads: pread %6.2f GB/s, CacheReader %6.2f GB/s (%.0f%%), HDF5 %6.2f GB/s", workers,
          rate(plain),
          rate(ours), 100 * rate(ours) / rate(plain), rate(library)))
      if workers == 1 { print(String(format: "           reopened each time %6.2f GB/s", rate(opening))) }
    }
  }

  private func write() throws {
    let hooks = (0..<layers).map { HookName(layer: $0, "hook_resid_post") }
    let writer = try CacheWriter(
      creating: file, header: CacheHeader(model: "none", modelSHA256: "", patchbayVersion: "0"),
      plan: CachePlan(
        hooks: hooks.map { .init($0, .perPosition([Extent(.dModel, width)])) }, examples: examples,
        longestPrompt: positions,
        precision: half ? .float16 : .float32, compress: compress))
    let row = PromptRow(cleanTokens: [Int32](repeating: 1, count: positions))
    for first in stride(from: 0, to: examples, by: batch) {
      let lengths = [Int](repeating: positions, count: min(batch, examples - first))
      try writer.write(prompts: [PromptRow](repeating: row, count: lengths.count), from: first)
      for (layer, hook) in hooks.enumerated() {
        let values = (0..<(lengths.count * positions * width)).map {
          Float(($0 &* 40_503 &+ first &+ layer) % 65_521) / 64
        }
        try values.withUnsafeBufferPointer { try writer.write(hook: hook, from: first, positions: lengths, values: $0) }
      }
    }
    try writer.finish()
  }

  /// Compares every number of every hook with what HDF5 reads, bit by bit.
  private func compare(_ reader: CacheReader) throws {
    for (hook, object) in objects(reader) {
      for range in pieces(reader) {
        let (ours, theirs) = (
          try reader.read(hook: hook, examples: range), try reader.store.tensorByLibrary(at: object, first: range)
        )
        let isSame = ours.withValues { a in
          theirs.withValues { b in memcmp(a.baseAddress!, b.baseAddress!, a.count * 4) == 0 && a.count == b.count }
        }
        guard isSame else { throw ValidationError("\(hook) \(range) differs from what HDF5 reads") }
      }
    }
  }

  private func read(_ reader: CacheReader, threads: Int) throws {
    _ = try WorkerPool.map(count: reader.hooks.count, threads: threads) { index in
      for range in pieces(reader) { _ = try reader.read(hook: reader.hooks[index], examples: range) }
    }
  }

  private func readByLibrary(_ reader: CacheReader, threads: Int) throws {
    let objects = objects(reader)
    _ = try WorkerPool.map(count: objects.count, threads: threads) { index in
      for range in pieces(reader) { _ = try reader.store.tensorByLibrary(at: objects[index].path, first: range) }
    }
  }

  private func objects(_ reader: CacheReader) -> [(hook: HookName, path: String)] {
    reader.hooks.map { ($0, "\(reader.runs[0].activationsGroup)/\($0)") }
  }

  private func pieces(_ reader: CacheReader) -> [Range<Int>] {
    stride(from: 0, to: reader.examples, by: piece).map { $0..<min($0 + piece, reader.examples) }
  }
}

/// A file that is read from one end to the other.
private struct WholeFile: Sendable {
  let bytes: Int
  private let descriptor: Int32

  init(path: String) throws {
    descriptor = open(path, O_RDONLY)
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else { throw CocoaError(.fileReadNoSuchFile) }
    bytes = Int(status.st_size)
  }

  /// Reads one of several equal parts, block by block into the same memory.
  func read(share: Int, of shares: Int, block: Int) {
    let (start, end) = (bytes * share / shares, bytes * (share + 1) / shares)
    _ = Tensor(shape: [block / 4]) { out in
      out.initialize(repeating: 0)
      for first in stride(from: start, to: end, by: block) {
        let size = min(block / 4 * 4, end - first)
        precondition(pread(descriptor, out.baseAddress!, size, off_t(first)) == size, "the file ends too early")
      }
    }
  }
}
