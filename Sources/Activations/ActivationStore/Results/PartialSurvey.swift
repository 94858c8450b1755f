/// Which cells are done for which examples.
struct PartialFlags {
  let examples: Int
  private(set) var count: Int
  private var done: [Bool]

  /// - Parameter done: [cell, example]; nil if none are.
  init(cells: Int, examples: Int, done: [Bool]? = nil) {
    self.examples = examples
    self.done = done ?? [Bool](repeating: false, count: cells * examples)
    count = self.done.count { $0 }
  }

  /// Cells and examples without flags are not done.
  func isDone(_ cells: some Sequence<Int>, _ range: Range<Int>) -> Bool {
    let all = done.count / max(1, examples)
    return range.upperBound <= examples
      && cells.allSatisfy { cell in cell < all && range.allSatisfy { done[cell * examples + $0] } }
  }

  mutating func set(_ cells: [Int], _ range: Range<Int>) {
    for cell in cells {
      for example in range where !done[cell * examples + example] {
        done[cell * examples + example] = true
        count += 1
      }
    }
  }
}

/// What a partial file to be resumed says, and whether it has all that resuming needs.
struct PartialSurvey {
  private let store: StoreReader

  init(_ store: StoreReader) { self.store = store }

  /// - Throws: `StoreError.missing`, `.wrongShape`, `.damaged`.
  func examples() throws -> Int {
    let lengths = Schema.prompts.path(Schema.Prompts.lengths)
    let shape = try store.shape(of: lengths)
    guard shape.count == 1, shape[0] > 0 else {
      throw StoreError.wrongShape(path: store.path, dataset: lengths, found: shape, expected: "[example]")
    }
    return shape[0]
  }

  /// What is done, by the path of the group that records it.
  /// - Throws: `StoreError.missing`, `.wrongShape`, `.wrongType`, `.tooLarge`, `.damaged`.
  func flags(examples: Int) throws -> [String: PartialFlags] {
    var found: [String: PartialFlags] = [:]
    let results = ResultsReader(store)
    for name in try results.sweeps() {
      let sweep = try results.sweep(name)
      for dataset in sweep.floatDatasets + sweep.flagDatasets {
        try checkThatItIsInPlace(Schema.sweeps.path(name, dataset))
      }
    }
    for run in try results.baselineRuns() {
      for metric in try store.listing(of: Schema.baseline.path(run.rawValue)).datasets
      where metric != Schema.Axis.example {
        try checkThatItIsInPlace(Schema.baseline.path(run.rawValue, metric))
      }
    }
    if store.contains(PartialResults.baselinePlace) {
      found[PartialResults.baselinePlace] = try flags(PartialResults.baselinePlace, cells: 1, examples: examples)
    }
    for name in try groups(in: Schema.doneSweeps.path) {
      let cells = try results.sweep(name).axes.reduce(1) { $0 * $1.count }
      for pass in try groups(in: Schema.doneSweeps.path(name)) {
        let place = Schema.doneSweeps.path(name, pass)
        found[place] = try flags(place, cells: cells, examples: examples)
      }
    }
    for name in try groups(in: Schema.doneTables.path) {
      let place = Schema.doneTables.path(name)
      found[place] = try flags(place, cells: 1, examples: examples)
      let values = Schema.doneTables.path(name, Schema.Progress.values)
      try checkThatItIsInPlace(values)
      let shape = try store.shape(of: values)
      guard shape.count == 2, shape[0] == examples else {
        throw StoreError.wrongShape(
          path: store.path, dataset: values, found: shape, expected: "[\(examples) examples, value]")
      }
    }
    return found
  }

  private func flags(_ place: String, cells: Int, examples: Int) throws -> PartialFlags {
    let dataset = "\(place)/\(Schema.Progress.done)"
    try checkThatItIsInPlace(dataset)
    let shape = try store.shape(of: dataset)
    guard shape == [cells, examples] else {
      throw StoreError.wrongShape(
        path: store.path, dataset: dataset, found: shape, expected: "[\(cells) cells, \(examples) examples]")
    }
    let values = try store.int32s(at: dataset)
    if let odd = values.first(where: { $0 != 0 && $0 != 1 }) {
      throw StoreError.damaged(path: store.path, object: dataset, detail: "a flag is \(odd), which is neither 0 nor 1")
    }
    return PartialFlags(cells: cells, examples: examples, done: values.map { $0 == 1 })
  }

  /// Chunked numbers are not those of a run in progress, and HDF5 would follow their table before it writes.
  private func checkThatItIsInPlace(_ dataset: String) throws {
    guard try store.withDataset(dataset, { try $0.chunk() }) != nil else { return }
    throw StoreError.damaged(
      path: store.path, object: dataset, detail: "its numbers are in chunks, as no run under way lays them out")
  }

  private func groups(in group: String) throws -> [String] {
    store.contains(group) ? try store.listing(of: group).groups : []
  }
}
