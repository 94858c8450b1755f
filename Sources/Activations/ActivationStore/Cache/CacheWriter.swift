import CHDF5
import Foundation
import LabelledArrays
import ModelGraph

/// Writes a cache file (`patchbay-cache`), one example of one activation at a time. Memory does not grow with the
/// number of prompts.
///
/// The file is `PATH.partial` until `finish`; a writer released before that removes it. Examples that were never
/// written are NaN.
///
/// A class because workers write to one open file at the same time. `@unchecked Sendable`: every method holds `lock`,
/// and mutable state is private and reached through methods only.
public final class CacheWriter: @unchecked Sendable {
  /// The path of the finished file.
  public let path: String
  public let plan: CachePlan
  private let lock = NSLock()
  private let output: OutputFile
  private let prompts: PromptTable
  private let buffer: ExampleBuffer
  private var targets: [Key: Target] = [:]

  private struct Key: Hashable {
    let run: StoredRun
    let hook: HookName
  }

  private struct Target {
    let dataset: LabelledGroup.Dataset
    let layout: Layout
    let object: String
  }

  /// Creates the file with its header and an empty dataset for each run and hook.
  /// - Throws: `StoreError.cannotCreateOutput`, `.busy`, `.badName` (a hook named twice or like an axis), `.emptyAxis`
  ///   (no prompts, or only empty ones), `.writeFailed`.
  public init(creating path: String, header: CacheHeader, plan: CachePlan) throws {
    self.path = path
    self.plan = plan
    let (examples, positions) = (plan.examples, plan.longestPrompt)
    output = try OutputFile(creating: path, format: .cache, attributes: header.rootAttributes)
    prompts = try PromptTable(in: output, columns: plan.promptColumns, examples: examples, positions: positions)
    let names = ScaleNames(for: plan.hooks.map(\.layout), examples: examples, positions: positions)
    let largest = plan.hooks.map { $0.layout.sizes(examples: 1, positions: positions).reduce(1, *) }.max() ?? 0
    buffer = ExampleBuffer(count: largest, halves: plan.precision == .float16)
    for run in plan.runs {
      let group = try output.addGroup(run.activationsGroup)
      for scale in names.scales { try group.addAxis(LabelledAxis(scale.name, .range(scale.size))) }
      for hook in plan.hooks {
        let target = try CacheWriter.addDataset(hook, to: group, names, plan)
        let object = "\(run.activationsGroup)/\(hook.name)"
        targets[Key(run: run, hook: hook.name)] = Target(dataset: target, layout: hook.layout, object: object)
      }
    }
  }

  private static func addDataset(
    _ hook: CachePlan.Hook, to group: LabelledGroup, _ names: ScaleNames, _ plan: CachePlan
  ) throws -> LabelledGroup.Dataset {
    let shape = hook.layout.sizes(examples: plan.examples, positions: plan.longestPrompt)
    return try group.addDataset(
      hook.name.text, axes: zip(hook.layout.axes, shape).map { names.name($0, $1) },
      type: plan.precision == .float16 ? .float16 : .float32, chunk: exampleChunk(shape), compress: plan.compress,
      chunkCache: 0,
      attributes: [
        Schema.Cache.layout: .text(hook.layout.storedName), Schema.Cache.axes: .texts(hook.layout.axes.map(\.rawValue)),
      ])
  }

  /// Writes rows of `/prompts`, starting at example `first`.
  /// - Throws: `StoreError.promptMismatch`, `.writeFailed`, `.alreadyClosed`.
  public func write(prompts rows: some Collection<PromptRow>, from first: Int) throws {
    try lock.withLock {
      _ = try output.location()
      try prompts.write(rows, from: first)
    }
  }

  /// Writes one example of one activation.
  /// - Parameters:
  ///   - positions: the number of tokens of the prompt.
  ///   - values: unpadded, in the layout's order: [position, features...], [head, destination, source] or
  ///     [features...].
  /// - Throws: `StoreError.missing`, `.wrongShape`, `.doesNotFitFloat16`, `.writeFailed`, `.alreadyClosed`.
  public func write(
    run: StoredRun = .sole, hook: HookName, example: Int, positions: Int, values: UnsafeBufferPointer<Float>
  ) throws {
    try lock.withLock {
      let target = try target(run, hook)
      try write(target, hook, example, positions, values)
    }
  }

  /// Writes consecutive examples of one activation, packed as a batch computes them.
  /// - Parameters:
  ///   - first: the batch's first example.
  ///   - positions: the number of tokens of each prompt of the batch.
  ///   - values: unpadded, one example after another, each in the layout's order.
  /// - Throws: as for one example.
  public func write(
    run: StoredRun = .sole, hook: HookName, from first: Int, positions: [Int], values: UnsafeBufferPointer<Float>
  ) throws {
    try lock.withLock {
      let target = try target(run, hook)
      let counts = positions.map { target.layout.sizes(examples: 1, positions: $0).reduce(1, *) }
      let total = counts.reduce(0, +)
      guard values.count == total else {
        throw StoreError.wrongShape(
          path: path, dataset: target.object, found: [values.count],
          expected: "\(total) values for prompts of \(positions) tokens")
      }
      var offset = 0
      for (index, count) in counts.enumerated() {
        let slice = UnsafeBufferPointer(rebasing: values[offset..<(offset + count)])
        try write(target, hook, first + index, positions[index], slice)
        offset += count
      }
    }
  }

  /// Hands everything written so far to the operating system.
  public func flush() throws { try lock.withLock { try output.flush() } }

  /// Marks the file complete, closes it and moves it to `path` in one step.
  /// - Throws: `StoreError.writeFailed` (nothing is left behind then), `.alreadyClosed`.
  public func finish() throws {
    try lock.withLock {
      targets = [:]
      try output.finish()
    }
  }

  /// Removes the unfinished file; does nothing after `finish` or `discard`.
  public func discard() {
    lock.withLock {
      targets = [:]
      output.discard()
    }
  }

  /// The file descriptor that HDF5 writes to, for tests of failing devices.
  package func descriptor() throws -> Int32 { try lock.withLock { try output.descriptor() } }
}

extension CacheWriter {
  private func target(_ run: StoredRun, _ hook: HookName) throws -> Target {
    _ = try output.location()
    guard let target = targets[Key(run: run, hook: hook)] else {
      guard plan.runs.contains(run) else {
        throw StoreError.missing(
          path: path, what: .run, name: run.rawValue, candidates: plan.runs.map(\.rawValue))
      }
      throw StoreError.missing(path: path, what: .hook, name: hook.text, candidates: plan.hooks.map(\.name.text))
    }
    return target
  }

  private func write(
    _ target: Target, _ hook: HookName, _ example: Int, _ positions: Int, _ values: UnsafeBufferPointer<Float>
  ) throws {
    let longest = plan.longestPrompt
    guard example >= 0, example < plan.examples, positions >= 0, positions <= longest else {
      throw StoreError.wrongShape(
        path: path, dataset: target.object, found: [example, positions],
        expected: "an example below \(plan.examples) of at most \(longest) tokens")
    }
    let shape = target.layout.sizes(examples: 1, positions: positions)
    guard values.count == shape.reduce(1, *) else {
      throw StoreError.wrongShape(
        path: path, dataset: target.object, found: [values.count],
        expected: "\(shape.reduce(1, *)) values for \(Array(shape.dropFirst()))")
    }
    let padded = buffer.padded(values, target.layout, positions: positions, longest: longest)
    let rest = target.dataset.shape.dropFirst()
    let box = Box(start: [example] + rest.map { _ in 0 }, count: [1] + rest)
    if plan.precision == .float16 {
      let (halves, tooLarge) = buffer.halved(padded)
      if let tooLarge {
        throw StoreError.doesNotFitFloat16(path: path, hook: hook.text, example: example, value: tooLarge)
      }
      guard let base = halves.baseAddress else { return }
      try writing(path, target.object) {
        let type = try DatatypeHandle.half()
        let id = type.id
        try target.dataset.with { try $0.write(base, as: id, box) }
      }
    } else {
      guard let base = padded.baseAddress else { return }
      try writing(path, target.object) { try target.dataset.with { try $0.write(base, as: pb_native_float(), box) } }
    }
  }
}

/// One example to a chunk. If that would exceed 1 GiB (HDF5's limit is 4), the example's leading axes are halved until
/// it does not.
func exampleChunk(_ shape: [Int]) -> [Int] {
  var chunk = [1] + shape.dropFirst()
  while chunk.reduce(4, *) > 1 << 30, let axis = chunk.firstIndex(where: { $0 > 1 }) {
    chunk[axis] = (chunk[axis] + 1) / 2
  }
  return chunk
}

extension Layout {
  /// The layout's name in a file.
  var storedName: String {
    switch self {
    case .perPosition: "per_position"
    case .perPair: "per_pair"
    case .perExample: "per_example"
    }
  }
}
