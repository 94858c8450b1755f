import CHDF5
import Foundation
import LabelledArrays

/// The results of a run in progress: `PATH.partial`, a results file that can be read at any moment and resumed however
/// its run ended.
///
/// It is laid out whole, with room for every cell, under another name (`PATH.partial.new`), and then renamed. From then
/// on only numbers are written to it, straight to the operating system: first the values of some cells, then the flags
/// that say that these are done. So a process may be killed between any two instructions: what is flagged is there. (If
/// a machine loses power, it loses what was not yet on its disk.)
///
/// A class because the workers of a sweep write to one open file at the same time. `@unchecked Sendable`: every method
/// holds `lock`, and mutable state is reached through methods only.
public final class PartialResults: @unchecked Sendable {
  /// The path of the finished file.
  public let path: String
  /// How many prompts there are.
  public let examples: Int
  private let lock = NSLock()
  private let output: OutputFile
  /// What is done, by the path of the dataset that records it.
  private var flags: [String: PartialFlags] = [:]

  /// The path of a results file's partial file.
  public static func path(of results: String) -> String { PartialFile.Stage.partial.path(for: results) }

  /// Lays out the file.
  /// - Parameters:
  ///   - baselines: the unpatched runs and their metrics; values are written block by block.
  ///   - sweeps: each with the passes of every cell, and the values of its datasets of flags, which no longer change.
  ///   - tables: what else to keep for each example.
  /// - Throws: `StoreError.cannotCreateOutput`, `.busy`, `.promptMismatch`, `.badName`, `.emptyAxis`, `.writeFailed`.
  public init(
    creating path: String, header: ResultsHeader, prompts: some Collection<PromptRow>,
    baselines: [(run: StoredRun, metrics: [String])], sweeps: [Sweep], tables: [Table] = []
  ) throws {
    self.path = path
    examples = prompts.count
    // Another run that is past its layout holds only the partial file.
    if case .file = fileStatus(Self.path(of: path)) { _ = try PartialFile(reopening: path) }
    output = try OutputFile(
      creating: path, format: .results, attributes: header.rootAttributes, stage: .newPartial)
    try output.writePrompts(prompts)
    for (run, metrics) in baselines { try output.declareBaseline(run, metrics: metrics, examples: examples) }
    try addFlags(Self.baselinePlace, cells: 1)
    for sweep in sweeps {
      try output.declare(sweep.declaration, examples: examples, inPlace: true)
      for (name, values) in sweep.flags {
        let dataset = try output.group(Schema.sweeps.path(sweep.declaration.name)).dataset(name)
        try write(
          values, pb_native_int8(), to: dataset, [Box(start: dataset.shape.map { _ in 0 }, count: dataset.shape)])
      }
      for pass in sweep.passes {
        try addFlags(Self.place(sweep.declaration.name, pass), cells: sweep.declaration.cells)
      }
    }
    for table in tables {
      let place = Schema.doneTables.path(table.name)
      try addFlags(place, cells: 1)
      let group = try output.group(place)
      try group.addAxis(LabelledAxis(Schema.Progress.value, .range(table.width)))
      try group.addDataset(
        Schema.Progress.values, axes: [Schema.Axis.example, Schema.Progress.value], type: .float32, inPlace: true)
    }
    try output.settle(as: .partial)
  }

  /// Reopens `PATH.partial`, left by an earlier run.
  /// - Throws: `StoreError.inputNotFound` if there is none, `.busy`, and what `StoreReader` throws for damaged or other
  ///   files.
  public init(reopening path: String) throws {
    self.path = path
    var (found, count): ([String: PartialFlags], Int) = ([:], 0)
    output = try OutputFile(reopening: path, format: .results) { store in
      let survey = PartialSurvey(store)
      count = try survey.examples()
      found = try survey.flags(examples: count)
    }
    (examples, flags) = (count, found)
  }

  // MARK: Cells

  /// What can be done in a cell.
  public enum Pass: String, Sendable, Hashable, CaseIterable {
    /// The cell is run.
    case run
    /// Its effect is estimated.
    case estimate
  }

  /// A sweep to lay out.
  public struct Sweep: Sendable {
    public let declaration: SweepDeclaration
    public let passes: [Pass]
    /// For each dataset of flags without examples, its values, row-major.
    public let flags: [String: [Int8]]

    public init(_ declaration: SweepDeclaration, passes: [Pass], flags: [String: [Int8]] = [:]) {
      self.declaration = declaration
      self.passes = passes
      self.flags = flags
    }
  }

  /// Writes the results of some cells, then marks them done.
  /// - Parameters:
  ///   - span: consecutive cells, counted row-major over the sweep's axes.
  ///   - range: the examples that were run.
  ///   - done: the cells of the span that had anything to do.
  ///   - datasets: each [cell of the span, example of the range].
  /// - Throws: `StoreError.missing`, `.wrongShape`, `.writeFailed`, `.alreadyClosed`.
  public func write(
    sweep: String, _ pass: Pass, span: Range<Int>, examples range: Range<Int>, done: [Int],
    datasets: [(name: String, values: [Float])]
  ) throws {
    try lock.withLock {
      let group = try output.group(Schema.sweeps.path(sweep))
      for (name, values) in datasets {
        let dataset = try group.dataset(name)
        try write(values, pb_native_float(), to: dataset, boxes(of: span, examples: range, in: dataset.shape))
      }
      try markDone(Self.place(sweep, pass), done, range)
    }
  }

  /// Whether some cells have nothing left to do for some examples.
  public func isDone(sweep: String, _ pass: Pass, cells: some Sequence<Int>, examples range: Range<Int>) -> Bool {
    lock.withLock { flags[Self.place(sweep, pass)]?.isDone(cells, range) ?? false }
  }

  /// How many pairs of a cell and an example have finished this pass.
  public func done(sweep: String, _ pass: Pass) -> Int {
    lock.withLock { flags[Self.place(sweep, pass)]?.count ?? 0 }
  }

  /// How much is done in all sweeps and tables, counted likewise; baselines alone are not worth keeping.
  public var done: Int {
    lock.withLock { flags.reduce(0) { $0 + ($1.key == Self.baselinePlace ? 0 : $1.value.count) } }
  }

  /// Some cells of a sweep's dataset: [cell, example].
  /// - Throws: `StoreError.missing`, `.wrongShape`, `.damaged`, `.alreadyClosed`.
  public func values(sweep: String, dataset name: String, cells: Range<Int>) throws -> [Float] {
    try lock.withLock {
      let dataset = try output.group(Schema.sweeps.path(sweep)).dataset(name)
      return try read(dataset, boxes(of: cells, examples: 0..<examples, in: dataset.shape))
    }
  }

  // MARK: Baselines

  /// Writes the metrics of the unpatched runs of some examples, then marks them done.
  /// - Parameter baselines: for each metric, one value per example of the range.
  /// - Throws: `StoreError.missing`, `.wrongShape`, `.writeFailed`, `.alreadyClosed`.
  public func write(
    baselines: [(run: StoredRun, metrics: [String: [Float]])], examples range: Range<Int>
  ) throws {
    try lock.withLock {
      for (run, metrics) in baselines {
        let group = try output.group(Schema.baseline.path(run.rawValue))
        for (metric, values) in metrics {
          let dataset = try group.dataset(metric)
          try write(
            values, pb_native_float(), to: dataset, [Box(start: [range.lowerBound], count: [range.count])])
        }
      }
      try markDone(Self.baselinePlace, [0], range)
    }
  }

  /// Whether the metrics of the unpatched runs of some examples have been written.
  public func hasBaselines(of range: Range<Int>) -> Bool {
    lock.withLock { flags[Self.baselinePlace]?.isDone([0], range) ?? false }
  }

  /// A metric of an unpatched run: one value per example, NaN if not yet written.
  public func baseline(_ run: StoredRun, metric: String) throws -> [Float] {
    try lock.withLock {
      let dataset = try output.group(Schema.baseline.path(run.rawValue)).dataset(metric)
      return try read(dataset, [Box(start: [0], count: [examples])])
    }
  }

  // MARK: Tables

  /// Numbers kept for each example, for use when the run is resumed.
  public struct Table: Sendable {
    public let name: String
    /// How many numbers per example.
    public let width: Int

    public init(name: String, width: Int) {
      self.name = name
      self.width = width
    }
  }

  /// Writes an example's numbers, then marks them done.
  public func write(table: String, example: Int, values: [Float]) throws {
    try lock.withLock {
      let place = Schema.doneTables.path(table)
      let dataset = try output.group(place).dataset(Schema.Progress.values)
      try write(values, pb_native_float(), to: dataset, [Box(start: [example, 0], count: [1, dataset.shape[1]])])
      try markDone(place, [0], example..<example + 1)
    }
  }

  /// How many examples have their numbers in a table.
  public func rows(table: String) -> Int {
    lock.withLock { flags[Schema.doneTables.path(table)]?.count ?? 0 }
  }

  /// Whether an example's numbers have been written.
  public func hasRow(table: String, example: Int) -> Bool {
    lock.withLock { flags[Schema.doneTables.path(table)]?.isDone([0], example..<example + 1) ?? false }
  }

  /// An example's numbers; nil if not yet written.
  public func row(table: String, example: Int) throws -> [Float]? {
    try lock.withLock {
      let place = Schema.doneTables.path(table)
      guard flags[place]?.isDone([0], example..<example + 1) ?? false else { return nil }
      let dataset = try output.group(place).dataset(Schema.Progress.values)
      return try read(dataset, [Box(start: [example, 0], count: [1, dataset.shape[1]])])
    }
  }

  // MARK: Closing

  /// Closes the file and leaves it to be reopened.
  public func keep() { lock.withLock { output.keep() } }

  /// Removes the file; does nothing after `keep` or `discard`.
  public func discard() { lock.withLock { output.discard() } }

  /// Sets aside a partial file that nobody is writing, as `PATH.partial.old`, if it has finished cells.
  /// - Returns: its new path; nil if there was nothing worth keeping.
  /// - Throws: `StoreError.busy`, `.writeFailed`.
  public static func setAside(_ path: String) throws -> String? {
    guard case .file = fileStatus(Self.path(of: path)) else { return nil }
    do {
      let earlier = try PartialResults(reopening: path)
      let isWorthIt = earlier.done > 0
      earlier.keep()
      guard isWorthIt else { return nil }
    } catch StoreError.busy {
      throw StoreError.busy(path: path, toWrite: true)
    } catch is StoreError {
      // Of another format, or left by an older version: nothing that could be resumed.
      return nil
    }
    var file = try PartialFile(reopening: path)
    try file.move(to: .aside)
    return file.path
  }

  /// The file descriptor that HDF5 writes to, for tests of failing devices.
  package func descriptor() throws -> Int32 { try lock.withLock { try output.descriptor() } }
}

extension PartialResults {
  static let baselinePlace = Schema.doneBaselines.path

  private static func place(_ sweep: String, _ pass: Pass) -> String { Schema.doneSweeps.path(sweep, pass.rawValue) }

  private func addFlags(_ place: String, cells: Int) throws {
    let group = try output.addGroup(place)
    try group.addAxis(LabelledAxis(Schema.Progress.cell, .range(cells)))
    try group.addAxis(LabelledAxis(Schema.Axis.example, .range(examples)))
    try group.addDataset(
      Schema.Progress.done, axes: [Schema.Progress.cell, Schema.Axis.example], type: .int8, inPlace: true)
    flags[place] = PartialFlags(cells: cells, examples: examples)
  }

  private func markDone(_ place: String, _ cells: [Int], _ range: Range<Int>) throws {
    let dataset = try output.group(place).dataset(Schema.Progress.done)
    for run in cells.runs {
      let ones = [Int8](repeating: 1, count: run.count * range.count)
      let box = Box(start: [run.lowerBound, range.lowerBound], count: [run.count, range.count])
      try write(ones, pb_native_int8(), to: dataset, [box])
    }
    flags[place]?.set(cells, range)
  }

  private func write<T>(
    _ values: [T], _ memoryType: hid_t, to dataset: LabelledGroup.Dataset, _ boxes: [Box]
  ) throws {
    let expected = boxes.reduce(0) { $0 + $1.elements }
    guard values.count == expected else {
      throw StoreError.wrongShape(
        path: path, dataset: dataset.axes.joined(separator: ", "), found: [values.count], expected: "\(expected) values"
      )
    }
    try writing(path, "cells") {
      try values.withUnsafeBufferPointer { values in
        guard var next = values.baseAddress else { return }
        for box in boxes {
          try dataset.with { try $0.write(next, as: memoryType, box) }
          next += box.elements
        }
      }
    }
  }

  private func read(_ dataset: LabelledGroup.Dataset, _ boxes: [Box]) throws -> [Float] {
    var values = [Float](repeating: .nan, count: boxes.reduce(0) { $0 + $1.elements })
    try reading(Self.path(of: path), "cells") {
      try values.withUnsafeMutableBufferPointer { values in
        guard var next = values.baseAddress else { return }
        for box in boxes {
          try dataset.with { try $0.read(next, as: pb_native_float(), box) }
          next += box.elements
        }
      }
    }
    return values
  }

  private func boxes(of cells: Range<Int>, examples range: Range<Int>, in shape: [Int]) throws -> [Box] {
    let axes = Array(shape.dropLast())
    guard cells.lowerBound >= 0, cells.upperBound <= axes.reduce(1, *), range.upperBound <= shape.last ?? 0 else {
      throw StoreError.wrongShape(
        path: path, dataset: "cells", found: [cells.upperBound, range.upperBound], expected: "within \(shape)")
    }
    return ActivationStore.boxes(of: cells, in: axes).map {
      Box(start: $0.start + [range.lowerBound], count: $0.count + [range.count])
    }
  }
}

extension [Int] {
  /// Ascending numbers as ranges of consecutive ones.
  fileprivate var runs: [Range<Int>] {
    var runs: [Range<Int>] = []
    for number in self {
      if let last = runs.last, last.upperBound == number {
        runs[runs.count - 1] = last.lowerBound..<number + 1
      } else {
        runs.append(number..<number + 1)
      }
    }
    return runs
  }
}
