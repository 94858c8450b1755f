import Tensors

/// Linear CKA between layers (Kornblith et al. 2019), streamed: |Y^T X|^2 / (|X^T X| |Y^T Y|) of centred features, with
/// Frobenius norms; 1 for representations that are rotations and scalings of each other.
///
/// Keeps a product for each pair of layers: 12 layers of width 768 take 370 MB, whatever the number of examples.
public struct KernelAlignmentAccumulator: Sendable {
  public let widths: [Int]
  public private(set) var count = 0
  private var centers: [[Float]] = []
  private var sums: [[Double]]
  /// For each pair first <= second: X_first^T X_second of the rows less their centres.
  private var products: [[Double]]
  private var pending: [Tensor]
  private var pendingRows = 0

  /// - Precondition: positive widths.
  public init(widths: [Int]) {
    precondition(!widths.isEmpty && widths.allSatisfy { $0 > 0 }, "widths \(widths)")
    self.widths = widths
    sums = widths.map { [Double](repeating: 0, count: $0) }
    products = Self.pairs(widths.count).map { [Double](repeating: 0, count: widths[$0.0] * widths[$0.1]) }
    pending = widths.map { Tensor(shape: [MomentAccumulator.blockRows, $0]) }
  }

  private static func pairs(_ count: Int) -> [(Int, Int)] { (0..<count).flatMap { i in (i..<count).map { (i, $0) } } }

  /// Adds the activations of the same examples at each layer.
  /// - Parameter layers: one [examples, width] for each.
  /// - Throws: `AnalysisError` for other widths, different numbers of examples, or numbers that are not finite.
  public mutating func add(_ layers: [Matrix]) throws(AnalysisError) {
    precondition(layers.count == widths.count, "\(layers.count) layers of \(widths.count)")
    let rows = layers[0].rows
    for (layer, width) in zip(layers, widths) {
      guard layer.columns == width else { throw .otherWidth(found: layer.columns, expected: width) }
      guard layer.rows == rows else { throw .unevenPairs(first: rows, second: layer.rows) }
      try layer.requireFinite(before: count)
    }
    var start = 0
    while start < rows {
      let end = min(start + MomentAccumulator.blockRows - pendingRows, rows)
      for (index, layer) in layers.enumerated() {
        let part = layer.rows(start..<end)
        part.addRowSum(to: &sums[index])
        let (offset, width) = (pendingRows * widths[index], widths[index])
        pending[index].withMutableValues { target in
          for row in 0..<part.rows {
            part.withRow(row) {
              (target.baseAddress! + offset + row * width).update(from: $0.baseAddress!, count: width)
            }
          }
        }
      }
      pendingRows += end - start
      count += end - start
      start = end
      if pendingRows == MomentAccumulator.blockRows { flush() }
    }
  }

  private mutating func flush() {
    guard pendingRows > 0 else { return }
    let blocks = pending.map { $0.matrix.rows(0..<pendingRows) }
    if centers.isEmpty {
      centers = blocks.map { block in
        var sum = [Double](repeating: 0, count: block.columns)
        block.addRowSum(to: &sum)
        return sum.map { Float($0 / Double(block.rows)) }
      }
    }
    let centered = zip(blocks, centers).map { $0.centered(by: $1) }
    for (index, pair) in Self.pairs(widths.count).enumerated() {
      let (x, y) = (centered[pair.0].matrix, centered[pair.1].matrix)
      if pair.0 == pair.1 {
        GramProducts.addSymmetric(x, to: &products[index])
      } else {
        GramProducts.addCross(x, y, to: &products[index])
      }
    }
    pendingRows = 0
  }

  /// The alignment of every pair of layers, [layers, layers].
  /// - Throws: `AnalysisError` for fewer than two examples, or a layer that does not vary.
  public func alignment() throws(AnalysisError) -> DenseMatrix {
    guard count > 1 else { throw .tooFewExamples(purpose: "CKA", found: count, needed: 2) }
    var complete = self
    complete.flush()
    var norms = DenseMatrix(rows: widths.count, columns: widths.count)
    for (index, pair) in Self.pairs(widths.count).enumerated() {
      let square = complete.centeredSquare(index, pair)
      norms[pair.0, pair.1] = square
      norms[pair.1, pair.0] = square
    }
    var result = norms
    for i in widths.indices {
      guard norms[i, i] > 0 else { throw .noVariance(method: "CKA") }
      for j in widths.indices { result[i, j] = norms[i, j] / (norms[i, i] * norms[j, j]).squareRoot() }
    }
    return result
  }

  /// The sum of the squared entries of a pair's product, centred on the means.
  private func centeredSquare(_ index: Int, _ pair: (Int, Int)) -> Double {
    let n = Double(count)
    // sum (x - cx)(y - cy)^T - n (mean x - cx)(mean y - cy)^T.
    let offsets = [pair.0, pair.1].map { layer in
      zip(sums[layer], centers[layer]).map { $0 / n - Double($1) }
    }
    let columns = widths[pair.1]
    var square = 0.0
    for i in 0..<widths[pair.0] {
      let factor = n * offsets[0][i]
      // For a layer with itself, only the upper triangle is kept.
      let first = pair.0 == pair.1 ? i : 0
      for j in first..<columns {
        let value = products[index][i * columns + j] - factor * offsets[1][j]
        square += (pair.0 == pair.1 && j > i ? 2 : 1) * value * value
      }
    }
    return square
  }
}
