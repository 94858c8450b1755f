import Tensors

extension Bootstrap {
  /// The mean of each of many rows of numbers, with its interval. All rows share the same redraws, as matrix products,
  /// so that thousands of cells take no longer than the products.
  ///
  /// For rows without NaN this is `mean(of:)` up to rounding to float32. A row's mean is over its finite numbers, and
  /// in each redraw over those of them that were drawn; redraws without any are left out. Rows without a finite number
  /// are NaN.
  /// drawn; redraws without any are left out. Rows without a finite number are NaN.
  /// - Parameters:
  ///   - rows: [row, example], row-major.
  ///   - examples: at least 1.
  public func means(ofRows rows: [Float], examples: Int, threads: Int? = nil) throws -> [Interval] {
    precondition(examples > 0 && rows.count.isMultiple(of: examples), "\(rows.count) numbers in rows of \(examples)")
    var times: [Float] = []
    times.reserveCapacity(redraws * examples)
    forEachRedraw(of: examples) { drawn in times += drawn.map(Float.init) }
    let weights = Tensor(shape: [times.count / examples, examples], times)
    let count = rows.count / examples
    let blocks = (count + Self.rowsAtATime - 1) / Self.rowsAtATime
    return try Workers.map(blocks, threads: threads) { block -> [Interval] in
      let range = block * Self.rowsAtATime..<min(count, (block + 1) * Self.rowsAtATime)
      return means(of: RowBlock(rows, range, examples: examples), weights)
    }.flatMap(\.self)
  }

  /// Keeps a block's redrawn means within a megabyte or so.
  static let rowsAtATime = 256

  private func means(of block: RowBlock, _ weights: Tensor) -> [Interval] {
    let (redrawn, drawn) = (block.products(with: weights), block.countProducts(with: weights))
    let redraws = weights.shape[0]
    return block.rows.map { row -> Interval in
      guard row.count > 0 else { return Interval(value: .nan, low: .nan, high: .nan) }
      // Where nothing varies (an edit without effect) nothing is redrawn; these are most cells of large maps.
      if row.isConstant { return Interval(value: row.mean, low: row.mean, high: row.mean) }
      // Products use deviations from the row's own mean, which loses less to rounding.
      let moved = (0..<redraws).compactMap { redraw -> Double? in
        let number = drawn?[row.index * redraws + redraw] ?? Float(block.examples)
        return number > 0 ? row.mean + Double(redrawn[row.index * redraws + redraw] / number) : nil
      }
      return interval(row.mean, moved)
    }
  }
}

/// Some rows of numbers, each less its own mean, with 0 for anything not finite.
struct RowBlock {
  struct Row {
    let index: Int
    let mean: Double
    /// How many finite numbers it has.
    let count: Int
    /// The sum of their absolute values.
    let size: Double
    /// Whether all its finite numbers are equal.
    let isConstant: Bool
  }

  let rows: [Row]
  let examples: Int
  /// [row, example]
  private let values: Tensor
  /// [row, example], 1 where there is a number; nil if there is one everywhere.
  private let present: Tensor?

  /// - Parameter centred: whether each row's mean is subtracted.
  init(_ all: [Float], _ range: Range<Int>, examples: Int, centred: Bool = true) {
    self.examples = examples
    var values = [Float](repeating: 0, count: range.count * examples)
    var present = [Float](repeating: 0, count: values.count)
    var isWhole = true
    rows = range.enumerated().map { index, row in
      let own = all[row * examples..<(row + 1) * examples]
      var (count, sum, size, low, high) = (0, 0.0, 0.0, Float.infinity, -Float.infinity)
      for value in own where value.isFinite {
        (count, sum, size) = (count + 1, sum + Double(value), size + abs(Double(value)))
        (low, high) = (min(low, value), max(high, value))
      }
      let mean = count == 0 ? .nan : low == high ? Double(low) : sum / Double(count)
      for (place, value) in own.enumerated() {
        guard value.isFinite else {
          isWhole = false
          continue
        }
        values[index * examples + place] = centred ? Float(Double(value) - mean) : value
        present[index * examples + place] = 1
      }
      return Row(index: index, mean: mean, count: count, size: size, isConstant: low == high)
    }
    self.values = Tensor(shape: [range.count, examples], values)
    self.present = isWhole ? nil : Tensor(shape: [range.count, examples], present)
  }

  /// The product of each row with each row of weights [draw, example]: [row, draw].
  func products(with weights: Tensor) -> [Float] { values.linear(weights.matrix, transposed: true).values }

  /// The total weight on numbers, for each row and draw; nil if every weight falls on a number.
  func countProducts(with weights: Tensor) -> [Float]? {
    present.map { $0.linear(weights.matrix, transposed: true).values }
  }
}
