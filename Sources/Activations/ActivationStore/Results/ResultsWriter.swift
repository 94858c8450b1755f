import CHDF5
import Foundation
import LabelledArrays

/// Writes a results file (`patchbay-results`), cell by cell as values arrive.
///
/// The file is `PATH.partial` until `finish`; a writer released before that removes it. Cells that were never written
/// are NaN (-1 in flags). Use `PartialResults` for results that must outlive the process that makes them.
///
/// A class because the workers of a sweep write to one open file at the same time. `@unchecked Sendable`: every method
/// holds `lock`, and mutable state is reached through methods only.
public final class ResultsWriter: @unchecked Sendable {
  /// The path of the finished file.
  public let path: String
  /// How many prompts there are.
  public let examples: Int
  let lock = NSLock()
  let output: OutputFile

  /// Creates the file with its header and prompts.
  /// - Throws: `StoreError.cannotCreateOutput`, `.busy`, `.promptMismatch`, `.emptyAxis` (no prompts, or only empty
  ///   ones), `.writeFailed`.
  public init(creating path: String, header: ResultsHeader, prompts: some Collection<PromptRow>) throws {
    self.path = path
    examples = prompts.count
    output = try OutputFile(creating: path, format: .results, attributes: header.rootAttributes)
    try output.writePrompts(prompts)
  }

  /// Creates the file that replaces a partial one that has everything, next to it.
  /// - Throws: as `init(creating:header:prompts:)`.
  public init(finishing partial: PartialResults, header: ResultsHeader, prompts: some Collection<PromptRow>) throws {
    path = partial.path
    examples = prompts.count
    output = try OutputFile(creating: path, format: .results, attributes: header.rootAttributes, stage: .new)
    try output.writePrompts(prompts)
  }

  /// Writes the metrics of an unpatched run: `/baseline/RUN/METRIC` [example].
  /// - Parameter metrics: for each metric, one value per example.
  /// - Throws: `StoreError.wrongShape`, `.badName` (the run was written before), `.writeFailed`.
  public func writeBaseline(
    _ run: StoredRun, metrics: [String: [Float]], attributes: [String: Attribute] = [:]
  ) throws {
    try lock.withLock {
      try output.writeBaseline(run, metrics: metrics, examples: examples, attributes: attributes)
    }
  }

  /// Creates the group of a sweep, its axes and its datasets, with no cell written yet.
  /// - Throws: `StoreError.badName`, `.emptyAxis`, `.writeFailed`.
  public func declare(_ sweep: SweepDeclaration) throws {
    try lock.withLock { try output.declare(sweep, examples: examples) }
  }

  /// Writes the values at some indices of the leading axes.
  /// - Parameters:
  ///   - cell: an index for each of the first axes; the values fill all axes after those.
  ///   - values: row-major.
  /// - Throws: `StoreError.missing`, `.wrongShape`, `.wrongType`, `.writeFailed`, `.alreadyClosed`.
  public func write(sweep: String, dataset: String, cell: [Int], values: [Float]) throws {
    try write(sweep, dataset, .float32, count: values.count, values, pb_native_float()) { target in
      try self.box(cell, target.shape, sweep, dataset)
    }
  }

  /// Writes flags at some indices of the leading axes; otherwise as for floats.
  public func write(sweep: String, dataset: String, cell: [Int], flags: [Int8]) throws {
    try write(sweep, dataset, .int8, count: flags.count, flags, pb_native_int8()) { target in
      try self.box(cell, target.shape, sweep, dataset)
    }
  }

  /// Writes consecutive cells, counted row-major over all axes but `example`.
  /// - Parameter values: [cell, example] for the cells of the range.
  /// - Throws: as `write(sweep:dataset:cell:values:)`.
  public func write(sweep: String, dataset: String, cells: Range<Int>, values: [Float]) throws {
    try write(sweep, dataset, .float32, count: values.count, values, pb_native_float()) { target in
      try self.boxes(cells, target, sweep, dataset)
    }
  }

  /// Writes flags of consecutive cells; otherwise as for floats.
  public func write(sweep: String, dataset: String, cells: Range<Int>, flags: [Int8]) throws {
    try write(sweep, dataset, .int8, count: flags.count, flags, pb_native_int8()) { target in
      try self.boxes(cells, target, sweep, dataset)
    }
  }

  /// Sets attributes of the root (`group` nil) or of a group created before (`/sweeps/heads`), replacing any of those
  /// names.
  public func set(_ attributes: [String: Attribute], of group: String? = nil) throws {
    try lock.withLock {
      if let group { try output.group(group).set(attributes) } else { try output.setRootAttributes(attributes) }
    }
  }

  /// Sets attributes of a sweep's dataset, replacing any of those names.
  /// - Throws: `StoreError.missing`, `.writeFailed`, `.alreadyClosed`.
  public func set(_ attributes: [String: Attribute], ofDataset dataset: String, inSweep sweep: String) throws {
    try lock.withLock {
      _ = try output.location()
      let target = try output.group(Schema.sweeps.path(sweep)).dataset(dataset)
      try writing(path, Schema.sweeps.path(sweep, dataset)) {
        try target.with { handle in
          for (key, value) in attributes.sorted(by: { $0.key < $1.key }) { try setAttribute(key, value, on: handle.id) }
        }
      }
    }
  }

  /// Hands all cells written so far to the operating system.
  public func flush() throws { try lock.withLock { try output.flush() } }

  /// Marks the file complete, closes it and moves it to `path` in one step.
  /// - Throws: `StoreError.writeFailed` (nothing is left behind then), `.alreadyClosed`.
  public func finish() throws { try lock.withLock { try output.finish() } }

  /// Removes the unfinished file; does nothing after `finish` or `discard`.
  public func discard() { lock.withLock { output.discard() } }

  /// The file descriptor that HDF5 writes to, for tests of failing devices.
  package func descriptor() throws -> Int32 { try lock.withLock { try output.descriptor() } }
}

extension ResultsWriter {
  private func write<T>(
    _ sweep: String, _ name: String, _ type: ElementType, count: Int, _ values: [T], _ memoryType: hid_t,
    _ boxes: (LabelledGroup.Dataset) throws -> [Box]
  ) throws {
    try lock.withLock {
      _ = try output.location()
      let object = Schema.sweeps.path(sweep, name)
      let dataset = try output.group(Schema.sweeps.path(sweep)).dataset(name)
      guard dataset.type == type else {
        throw StoreError.wrongType(path: path, dataset: object, found: type, expected: "\(dataset.type)")
      }
      let boxes = try boxes(dataset)
      try checkCount(count, boxes.reduce(0) { $0 + $1.elements }, object, "\(boxes.map(\.count))")
      try writing(path, object) {
        try values.withUnsafeBufferPointer { values in
          guard var next = values.baseAddress else { return }
          for box in boxes {
            try dataset.with { try $0.write(next, as: memoryType, box) }
            next += box.elements
          }
        }
      }
    }
  }

  private func box(_ cell: [Int], _ shape: [Int], _ sweep: String, _ name: String) throws -> [Box] {
    guard cell.count <= shape.count, zip(cell, shape).allSatisfy({ $0 >= 0 && $0 < $1 }) else {
      throw StoreError.wrongShape(
        path: path, dataset: Schema.sweeps.path(sweep, name), found: cell, expected: "a cell of \(shape)")
    }
    let rest = shape.dropFirst(cell.count)
    return [Box(start: cell + rest.map { _ in 0 }, count: cell.map { _ in 1 } + rest)]
  }

  private func boxes(
    _ cells: Range<Int>, _ target: LabelledGroup.Dataset, _ sweep: String, _ name: String
  ) throws -> [Box] {
    let shape = target.shape
    let last = target.axes.last == Schema.Axis.example ? shape.last ?? 1 : 1
    let total = shape.reduce(1, *) / last
    guard cells.lowerBound >= 0, cells.upperBound <= total else {
      throw StoreError.wrongShape(
        path: path, dataset: Schema.sweeps.path(sweep, name), found: [cells.lowerBound, cells.upperBound],
        expected: "a range of \(total) cells")
    }
    return ActivationStore.boxes(of: (cells.lowerBound * last)..<(cells.upperBound * last), in: shape)
  }

  private func checkCount(_ found: Int, _ expected: Int, _ object: String, _ shape: String) throws {
    guard found == expected else {
      throw StoreError.wrongShape(
        path: path, dataset: object, found: [found], expected: "\(expected) values for \(shape)")
    }
  }
}
