import Tensors

extension Bootstrap {
  /// The mean of each of many rows of numbers, with its interval. All rows share the same redraws, as matrix products,
  /// so that thousands of cells take no longer than the products.
  ///
  /// For rows without NaN this is `mean(of:)` up to rounding to float32. A row's mean is over its finite numbers, and
  /// in each redraw over those of them that were drawn; redraws without any are left out. Rows without a finite number
  /// are NaN.
  /// - Parameters:
  ///   - rows: [row, example], row-major.
  ///   - examples: at least 1.
  public func means(ofRows rows: [Float], examples: Int, threads: Int? = nil) -> [Interval] {
    precondition(examples > 0 && rows.count.isMultiple(of: examples), "\(rows.count) numbers in rows of \(examples)")
    let blocks = RowBlock.ranges(rows.count / examples, examples: examples)
    return WorkerPool.map(count: blocks.count, threads: threads) { number -> [Interval] in
      means(of: RowBlock(rows, blocks[number], examples: examples))
    }.flatMap(\.self)
  }

  private func means(of block: RowBlock) -> [Interval] {
    // Rows without variation (an edit without effect) need no redraws. They are most cells of large maps.
    let varying = block.rows.filter { $0.count > 0 && !$0.isConstant }
    var moved = [[Double]](repeating: [], count: block.rows.count)
    if !varying.isEmpty {
      forEachWeights(of: block.examples) { weights in
        let (redrawn, drawn) = (block.products(with: weights), block.countProducts(with: weights))
        let redraws = weights.shape[0]
        for row in varying {
          // The products are of deviations from the row's own mean, which loses less to rounding.
          moved[row.index] += (0..<redraws).compactMap { redraw -> Double? in
            let number = drawn?[row.index * redraws + redraw] ?? Float(block.examples)
            return number > 0 ? row.mean + Double(redrawn[row.index * redraws + redraw] / number) : nil
          }
        }
      }
    }
    return block.rows.map { interval($0.mean, moved[$0.index]) }
  }

  /// How often each example is drawn, [redraw, example]: all redraws, a few megabytes of them at a time.
  private func forEachWeights(of examples: Int, _ body: (Tensor) -> Void) {
    let atATime = max(1, RowBlock.largest / examples)
    var (times, left): ([Float], Int) = ([], redraws)
    times.reserveCapacity(min(atATime, redraws) * examples)
    forEachRedraw(of: examples) { drawn in
      times += drawn.lazy.map(Float.init)
      left -= 1
      guard left == 0 || times.count >= atATime * examples else { return }
      body(Tensor(shape: [times.count / examples, examples], times))
      times.removeAll(keepingCapacity: true)
    }
  }
}

/// Some rows of numbers, each minus its own mean, with 0 for anything not finite.
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

  /// How many numbers a block has at most, unless one row has more: memory does not grow with the number of examples.
  static let largest = 1 << 20

  /// Blocks of rows, small enough for a thousand redrawn means of each row to fit in about a megabyte.
  static func ranges(_ count: Int, examples: Int) -> [Range<Int>] {
    let atATime = max(1, min(256, largest / examples))
    return stride(from: 0, to: count, by: atATime).map { $0..<min($0 + atATime, count) }
  }

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
