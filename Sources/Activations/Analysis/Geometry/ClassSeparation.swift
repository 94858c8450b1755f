import Tensors

/// How far classes lie apart.
public struct ClassSeparation: Sendable, Equatable {
  /// The trace of the scatter between classes over the trace of the scatter within them.
  public let betweenOverWithin: Double
  /// The share of the total scatter that lies between classes, 0...1.
  public let explained: Double

  /// - Throws: `AnalysisError` for one class, or if nothing varies within classes.
  public init(_ moments: Moments) throws(AnalysisError) {
    try moments.requireClasses(1)
    guard moments.classes > 1 else { throw .oneClass("0") }
    let (between, total) = (moments.betweenScatter.trace, moments.totalScatter.trace)
    guard total > 0 else { throw .noVariance(method: "class separation") }
    let within = total - between
    // Less than the error of accumulating the total in float32.
    guard within > 1e-6 * total else { throw .noVariance(method: "class separation, within the classes,") }
    betweenOverWithin = between / within
    explained = between / total
  }
}

/// Silhouettes (Rousseeuw 1987): (b - a) / max(a, b) for each example, where a is its mean distance to the others of
/// its class and b the smallest mean distance to another class; 0 for an example alone in its class.
public enum Silhouette {
  /// The silhouette of each example, -1...1.
  /// - Parameters:
  ///   - rows: [examples, width].
  ///   - classes: numbers from 0, [examples].
  /// - Throws: `AnalysisError` for fewer than two classes.
  public static func values(_ rows: DenseMatrix, classes: [Int]) throws(AnalysisError) -> [Double] {
    guard classes.count == rows.rows else { throw .labelCount(labels: classes.count, examples: rows.rows) }
    let distinct = Set(classes).sorted()
    guard distinct.count > 1 else { throw .oneClass(distinct.first.map(String.init) ?? "") }
    var counts: [Int: Int] = [:]
    for label in classes { counts[label, default: 0] += 1 }
    let place = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, $0) })
    let places = classes.map { place[$0] ?? 0 }
    let sizes = distinct.map { Double(counts[$0] ?? 0) }
    var result: [Double] = []
    let distances = PairDistances(rows)
    distances.forEachRow { row, values in
      var sums = [Double](repeating: 0, count: distinct.count)
      for (other, distance) in values.enumerated() { sums[places[other]] += distance }
      let own = places[row]
      guard sizes[own] > 1 else {
        result.append(0)
        return
      }
      let inside = sums[own] / (sizes[own] - 1)
      let outside = distinct.indices.filter { $0 != own }.map { sums[$0] / sizes[$0] }.min() ?? 0
      result.append(max(inside, outside) > 0 ? (outside - inside) / max(inside, outside) : 0)
    }
    return result
  }

  /// The mean over all examples.
  /// - Throws: as `values`.
  public static func mean(_ rows: DenseMatrix, classes: [Int]) throws(AnalysisError) -> Double {
    let all = try values(rows, classes: classes)
    return all.reduce(0, +) / Double(all.count)
  }
}

/// Euclidean distances between all rows, a block of rows at a time.
struct PairDistances {
  private let rows: DenseMatrix
  private let squares: [Double]

  /// - Parameter rows: [examples, width]. Subtracting the mean leaves distances unchanged and reduces rounding.
  init(_ rows: DenseMatrix) {
    var mean = [Double](repeating: 0, count: rows.columns)
    for row in 0..<rows.rows { mean = Vectors.adding(mean, 1 / Double(rows.rows), rows.row(row)) }
    var centered = rows
    for index in centered.values.indices { centered.values[index] -= mean[index % rows.columns] }
    self.rows = centered
    squares = (0..<rows.rows).map { row in
      let values = centered.row(row)
      return Vectors.dot(values, values)
    }
  }

  /// Calls `body` with each row's distances to all rows, [examples].
  func forEachRow(_ body: (Int, [Double]) -> Void) {
    let block = 256
    for start in stride(from: 0, to: rows.rows, by: block) {
      let end = min(start + block, rows.rows)
      let products = rows.rows(start..<end).timesTransposed(rows)
      for row in start..<end {
        var distances = products.row(row - start)
        for other in distances.indices {
          // Where the two nearly cancel, the difference is computed number by number.
          let square = squares[row] + squares[other] - 2 * distances[other]
          let scale = squares[row] + squares[other]
          distances[other] = square > 1e-9 * scale ? square.squareRoot() : exact(row, other)
        }
        body(row, distances)
      }
    }
  }

  private func exact(_ a: Int, _ b: Int) -> Double {
    a == b ? 0 : Vectors.norm(Vectors.minus(rows.row(a), rows.row(b)))
  }
}
