import Diagnostics
import Tensors

/// k-means: of the partitions into k clusters that were tried, the one with the smallest sum of squared distances to
/// the clusters' means.
public struct KMeans: Sendable, Equatable {
  /// The cluster of each example, [examples].
  public let clusters: [Int]
  /// [k, width].
  public let means: DenseMatrix
  /// The sum of squared distances to each example's own cluster mean.
  public let inertia: Double
  /// Lloyd steps of the best start.
  public let steps: Int

  /// From several seeded starts by k-means++ (Arthur and Vassilvitskii 2007); keeps the best result.
  /// - Parameters:
  ///   - rows: [examples, width].
  ///   - count: k.
  ///   - restarts: the number of starts.
  ///   - threads: nil for one per core; the result does not depend on it.
  /// - Throws: `AnalysisError` for more clusters than distinct examples, or numbers that are not finite.
  public init(
    _ rows: DenseMatrix, count: Int, restarts: Int = 10, seed: UInt64 = 0, limit: Int = 300, threads: Int? = nil
  ) throws {
    let points = try ClusterPoints(rows, count: count)
    let outcomes = WorkerPool.map(count: max(1, restarts), threads: threads) { start in
      var generator = SplitMix64(seed: seed &+ UInt64(start) &* 0x9E37_79B9_7F4A_7C15)
      return KMeans(points, from: points.spreadStart(count, using: &generator), limit: limit)
    }
    self = outcomes.dropFirst().reduce(outcomes[0]) { $1.inertia < $0.inertia ? $1 : $0 }
  }

  /// From given means.
  /// - Parameter start: [k, width].
  /// - Throws: as above.
  public init(_ rows: DenseMatrix, from start: DenseMatrix, limit: Int = 300) throws(AnalysisError) {
    guard start.columns == rows.columns else { throw .otherWidth(found: start.columns, expected: rows.columns) }
    self.init(try ClusterPoints(rows, count: start.rows), from: start, limit: limit)
  }

  /// Lloyd's iteration until no example changes its cluster.
  private init(_ points: ClusterPoints, from start: DenseMatrix, limit: Int) {
    var means = start
    var (clusters, distances) = points.nearest(means)
    var steps = 0
    while steps < limit {
      steps += 1
      means = points.means(of: clusters, count: start.rows, distances: distances)
      let next = points.nearest(means)
      let isSettled = next.clusters == clusters
      (clusters, distances) = next
      if isSettled { break }
    }
    self.clusters = clusters
    self.means = means
    self.steps = steps
    inertia = distances.reduce(0, +)
  }
}

/// The examples of a k-means run with their squared lengths.
struct ClusterPoints: Sendable {
  private let rows: DenseMatrix
  private let squares: [Double]

  init(_ rows: DenseMatrix, count: Int) throws(AnalysisError) {
    if let bad = rows.values.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(example: bad / rows.columns, feature: bad % rows.columns)
    }
    guard count >= 1 else { throw .tooFewExamples(purpose: "a clustering into \(count) clusters", found: 0, needed: 1) }
    let distinct = Set((0..<rows.rows).map(rows.row)).count
    guard count <= distinct else { throw .tooMany(what: "clusters", asked: count, limit: distinct) }
    self.rows = rows
    squares = (0..<rows.rows).map { row in
      let values = rows.row(row)
      return Vectors.dot(values, values)
    }
  }

  /// The nearest mean of each example (the first if several are equally near) and the squared distance to it.
  func nearest(_ means: DenseMatrix) -> (clusters: [Int], distances: [Double]) {
    let products = rows.timesTransposed(means)
    let lengths = (0..<means.rows).map { Vectors.dot(means.row($0), means.row($0)) }
    var (clusters, distances) = ([Int](), [Double]())
    for row in 0..<rows.rows {
      var best = (cluster: 0, value: Double.infinity)
      for cluster in 0..<means.rows {
        let value = lengths[cluster] - 2 * products[row, cluster]
        if value < best.value { best = (cluster, value) }
      }
      clusters.append(best.cluster)
      distances.append(max(0, best.value + squares[row]))
    }
    return (clusters, distances)
  }

  /// The mean of each cluster; an empty cluster takes the example furthest from its own mean.
  func means(of clusters: [Int], count: Int, distances: [Double]) -> DenseMatrix {
    var sums = DenseMatrix(rows: count, columns: rows.columns)
    var counts = [Int](repeating: 0, count: count)
    for (row, cluster) in clusters.enumerated() {
      counts[cluster] += 1
      for feature in 0..<rows.columns {
        sums.values[cluster * rows.columns + feature] += rows.values[row * rows.columns + feature]
      }
    }
    var furthest = distances.indices.sorted { (distances[$1], $0) < (distances[$0], $1) }[...]
    for cluster in 0..<count {
      if counts[cluster] == 0, let example = furthest.popFirst() {
        sums.values.replaceSubrange(cluster * rows.columns..<(cluster + 1) * rows.columns, with: rows.row(example))
        counts[cluster] = 1
      }
      for feature in 0..<rows.columns { sums.values[cluster * rows.columns + feature] /= Double(counts[cluster]) }
    }
    return sums
  }

  /// k-means++: each further mean is an example drawn with probability proportional to its squared distance from the
  /// nearest mean so far.
  func spreadStart(_ count: Int, using generator: inout SplitMix64) -> DenseMatrix {
    var chosen = [Int.random(in: 0..<rows.rows, using: &generator)]
    while chosen.count < count {
      let distances = nearest(DenseMatrix(chosen.map(rows.row))).distances
      var rest = Double.random(in: 0..<1, using: &generator) * distances.reduce(0, +)
      var pick = distances.indices.last { distances[$0] > 0 } ?? 0
      for (example, distance) in distances.enumerated() {
        rest -= distance
        if rest < 0, distance > 0 {
          pick = example
          break
        }
      }
      chosen.append(pick)
    }
    return DenseMatrix(chosen.map(rows.row))
  }
}
