import ActivationStore

/// Writes cells to a sweep's datasets when all their examples are there; those that come in several blocks wait for the rest.
struct CellAssembly {
  private let results: ResultsWriter
  private let sweep: String
  private let examples: Int
  /// Incomplete cells: [example], by dataset.
  private var waiting: [Int: [String: [Float]]] = [:]
  private var missing: [Int: Int] = [:]

  init(_ results: ResultsWriter, sweep: String, examples: Int) {
    self.results = results
    self.sweep = sweep
    self.examples = examples
  }

  /// Adds a block of some examples to all its datasets.
  /// - Parameters:
  ///   - datasets: each [cell, example], for the cells of `span`.
  ///   - cells: those of the span that the block has, which are all of it where it has every example.
  /// - Throws: `StoreError`.
  mutating func add(
    _ datasets: [(name: String, values: [Float])], span: Range<Int>, cells: [Int], examples range: Range<Int>
  ) throws {
    let width = range.count
    if width == examples {
      for (name, values) in datasets {
        try results.write(sweep: sweep, dataset: name, cells: span, values: values)
      }
      return
    }
    for cell in cells {
      let start = (cell - span.lowerBound) * width
      for (name, values) in datasets {
        waiting[cell, default: [:]][name, default: [Float](repeating: .nan, count: examples)]
          .replaceSubrange(range, with: values[start..<start + width])
      }
      try writeIfWhole(cell, width)
    }
  }

  private mutating func writeIfWhole(_ cell: Int, _ width: Int) throws {
    let left = missing[cell, default: examples] - width
    missing[cell] = left
    guard left == 0, let rows = waiting.removeValue(forKey: cell) else { return }
    missing[cell] = nil
    for (name, row) in rows {
      try results.write(sweep: sweep, dataset: name, cells: cell..<(cell + 1), values: row)
    }
  }
}
