/// Clusters built up from single examples by joining the two nearest again and again.
public struct AgglomerativeClusters: Sendable, Equatable {
  /// How the distance between two clusters is defined.
  public enum Linkage: String, Sendable, CaseIterable {
    /// How much joining them raises the sum of squared distances to the mean: the square root of twice the increase, as
    /// in scipy's `linkage`.
    case ward
    /// The mean distance between their examples.
    case average
    /// The largest distance between their examples.
    case complete
  }

  public struct Join: Sendable, Equatable {
    /// The clusters joined, the lower number first: 0..<examples are single examples, examples + i is the result of
    /// join i.
    public let first: Int
    public let second: Int
    public let distance: Double
    /// Examples in the joined cluster.
    public let size: Int
  }

  /// By ascending distance, [examples - 1].
  public let joins: [Join]
  private let examples: Int

  /// Follows chains of nearest neighbours (Murtagh 1983) and updates distances with Lance and Williams' formula. Takes
  /// time and memory proportional to the square of the number of examples: 5,000 take 200 MB.
  /// - Parameter rows: [examples, width].
  /// - Throws: `AnalysisError` for fewer than two examples or numbers that are not finite.
  public init(_ rows: DenseMatrix, linkage: Linkage) throws(AnalysisError) {
    guard rows.rows > 1 else { throw .tooFewExamples(purpose: "a clustering", found: rows.rows, needed: 2) }
    if let bad = rows.values.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(example: bad / rows.columns, feature: bad % rows.columns)
    }
    examples = rows.rows
    var chain = NeighbourChain(rows, linkage: linkage)
    joins = Self.numbered(chain.joins(), examples: rows.rows)
  }

  /// The cluster of each example once only `count` clusters are left, numbered in the order of their first examples.
  /// - Throws: `AnalysisError.tooMany` for more clusters than examples.
  public func clusters(_ count: Int) throws(AnalysisError) -> [Int] {
    guard count >= 1, count <= examples else { throw .tooMany(what: "clusters", asked: count, limit: examples) }
    var parents = Array(0..<2 * examples - 1)
    for (index, join) in joins.prefix(examples - count).enumerated() {
      parents[join.first] = examples + index
      parents[join.second] = examples + index
    }
    var numbers: [Int: Int] = [:]
    return (0..<examples).map { example in
      var root = example
      while parents[root] != root { root = parents[root] }
      let number = numbers[root] ?? numbers.count
      numbers[root] = number
      return number
    }
  }

  /// Sorts joins by distance and names clusters by the join that made them.
  private static func numbered(_ found: [NeighbourChain.Found], examples: Int) -> [Join] {
    let order = found.indices.sorted { (found[$0].distance, $0) < (found[$1].distance, $1) }
    var parents = Array(0..<2 * examples - 1)
    var sizes = [Int](repeating: 1, count: 2 * examples - 1)
    func root(_ node: Int) -> Int {
      var node = node
      while parents[node] != node {
        parents[node] = parents[parents[node]]
        node = parents[node]
      }
      return node
    }
    return order.enumerated().map { index, entry in
      let ends = [root(found[entry].a), root(found[entry].b)].sorted()
      let made = examples + index
      for end in ends { parents[end] = made }
      sizes[made] = sizes[ends[0]] + sizes[ends[1]]
      return Join(first: ends[0], second: ends[1], distance: found[entry].distance, size: sizes[made])
    }
  }
}

/// Follows nearest neighbours until two are each other's, joins them, and continues from there.
struct NeighbourChain {
  /// A join, by one example from each side.
  struct Found {
    let a: Int
    let b: Int
    let distance: Double
  }

  private let count: Int
  private let linkage: AgglomerativeClusters.Linkage
  /// [count, count]; the row and column of a cluster's number are in use as long as the cluster exists.
  private var distances: [Double]
  private var sizes: [Double]

  init(_ rows: DenseMatrix, linkage: AgglomerativeClusters.Linkage) {
    count = rows.rows
    self.linkage = linkage
    var all: [Double] = []
    all.reserveCapacity(rows.rows * rows.rows)
    PairDistances(rows).forEachRow { _, values in all += values }
    distances = all
    sizes = [Double](repeating: 1, count: count)
  }

  mutating func joins() -> [Found] {
    var found: [Found] = []
    var chain: [Int] = []
    while found.count < count - 1 {
      if chain.isEmpty, let first = sizes.firstIndex(where: { $0 > 0 }) { chain = [first] }
      while true {
        let end = chain[chain.count - 1]
        // Among equally near ones, the previous one in the chain; otherwise the chain might loop.
        var nearest = chain.count > 1 ? chain[chain.count - 2] : -1
        var distance = nearest >= 0 ? distances[end * count + nearest] : .infinity
        for other in 0..<count where other != end && sizes[other] > 0 && distances[end * count + other] < distance {
          (nearest, distance) = (other, distances[end * count + other])
        }
        if chain.count > 1, nearest == chain[chain.count - 2] {
          chain.removeLast(2)
          found.append(Found(a: min(end, nearest), b: max(end, nearest), distance: distance))
          join(min(end, nearest), max(end, nearest), at: distance)
          break
        }
        chain.append(nearest)
      }
    }
    return found
  }

  /// The second takes the place of both.
  private mutating func join(_ a: Int, _ b: Int, at distance: Double) {
    let (na, nb) = (sizes[a], sizes[b])
    for other in 0..<count where sizes[other] > 0 && other != a && other != b {
      let (da, db, n) = (distances[a * count + other], distances[b * count + other], sizes[other])
      let joined: Double
      switch linkage {
      case .complete: joined = max(da, db)
      case .average: joined = (na * da + nb * db) / (na + nb)
      case .ward:
        let square = (na + n) * da * da + (nb + n) * db * db - n * distance * distance
        joined = (max(0, square) / (na + nb + n)).squareRoot()
      }
      distances[b * count + other] = joined
      distances[other * count + b] = joined
    }
    sizes[b] = na + nb
    sizes[a] = 0
  }
}
