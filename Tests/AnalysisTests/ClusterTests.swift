import Analysis
import Testing

@Suite struct ClusterTests {
  static func points(_ count: Int, _ width: Int, seed: UInt64) -> DenseMatrix {
    var numbers = Numbers(seed: seed)
    return DenseMatrix((0..<count).map { row in (0..<width).map { _ in numbers.normal() + Double(row % 3) * 4 } })
  }

  /// Compared with the best of all partitions.
  @Test(arguments: 1...4) func kMeansFindsTheBestOfAll(count: Int) throws {
    let rows = Self.points(8, 2, seed: UInt64(count))
    let found = try KMeans(rows, count: count, restarts: 20, seed: 1)
    var best = Double.infinity
    var total = 1
    for _ in 0..<8 { total *= count }
    for code in 0..<total {
      var rest = code
      let parts = (0..<8).map { _ in
        defer { rest /= count }
        return rest % count
      }
      best = min(best, Self.inertia(rows, parts))
    }
    #expect(near(found.inertia, best))
    #expect(near(Self.inertia(rows, found.clusters), best))
  }

  static func inertia(_ rows: DenseMatrix, _ parts: [Int]) -> Double {
    var sum = 0.0
    for part in Set(parts) {
      let members = parts.indices.filter { parts[$0] == part }
      for column in 0..<rows.columns {
        let mean = members.reduce(0) { $0 + rows[$1, column] } / Double(members.count)
        sum += members.reduce(0) { $0 + (rows[$1, column] - mean) * (rows[$1, column] - mean) }
      }
    }
    return sum
  }

  @Test func kMeansIsSeededWhateverTheThreads() throws {
    let rows = Self.points(300, 5, seed: 4)
    let found = try KMeans(rows, count: 7, restarts: 5, seed: 2, threads: 1)
    #expect(try KMeans(rows, count: 7, restarts: 5, seed: 2, threads: 3) == found)
    // The best of several single starts is no better than the best of five.
    #expect(try KMeans(rows, count: 7, restarts: 1, seed: 2).inertia >= found.inertia)
  }

  @Test func aClusterLeftEmptyTakesTheFurthest() throws {
    // The third mean is nearest to no point.
    let rows = DenseMatrix([[0], [1], [10], [30]])
    let found = try KMeans(rows, from: DenseMatrix([[0.5], [15], [1000]]))
    #expect(found.clusters == [0, 0, 1, 2] && near(found.inertia, 0.5))
  }

  @Test func whatCannotBeClusteredIsSaid() {
    let rows = DenseMatrix([[1, 2], [1, 2], [3, 4]])
    #expect(throws: AnalysisError.tooMany(what: "clusters", asked: 3, limit: 2)) { try KMeans(rows, count: 3) }
    #expect(throws: AnalysisError.notFinite(example: 1, feature: 0)) {
      try KMeans(DenseMatrix([[1], [.nan]]), count: 1)
    }
    #expect(throws: AnalysisError.tooFewExamples(purpose: "a clustering", found: 1, needed: 2)) {
      try AgglomerativeClusters(DenseMatrix([[1, 2]]), linkage: .ward)
    }
  }

  /// Compared with searching all pairs of clusters at every step, with distances from their definitions.
  @Test(arguments: AgglomerativeClusters.Linkage.allCases) func agglomerativeAgainstDefinition(
    linkage: AgglomerativeClusters.Linkage
  ) throws {
    for count in 2...9 {
      let rows = Self.points(count, 2, seed: UInt64(40 + count))
      let found = try AgglomerativeClusters(rows, linkage: linkage)
      var clusters = (0..<count).map { [$0] }
      var distances: [Double] = []
      while clusters.count > 1 {
        var best = (i: 0, j: 0, distance: Double.infinity)
        for j in clusters.indices {
          for i in 0..<j {
            let distance = Self.distance(rows, clusters[i], clusters[j], linkage)
            if distance < best.distance { best = (i, j, distance) }
          }
        }
        distances.append(best.distance)
        clusters[best.i] += clusters.remove(at: best.j)
        let expected = try ClusterAgreement(
          (0..<count).map { example in clusters.firstIndex { $0.contains(example) } ?? -1 },
          try found.clusters(clusters.count))
        #expect(expected.adjustedRand == 1)
      }
      #expect(near(found.joins.map(\.distance), distances, 1e-9))
      #expect(found.joins.last?.size == count)
    }
  }

  static func distance(
    _ rows: DenseMatrix, _ a: [Int], _ b: [Int], _ linkage: AgglomerativeClusters.Linkage
  ) -> Double {
    let pairs = a.flatMap { i in
      b.map { j in
        zip(rows.row(i), rows.row(j)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
      }
    }
    switch linkage {
    case .complete: return pairs.max() ?? 0
    case .average: return pairs.reduce(0, +) / Double(pairs.count)
    case .ward:
      let both = rows.picking(a + b)
      let together = inertia(both, [Int](repeating: 0, count: a.count + b.count))
      let apart = inertia(both, a.map { _ in 0 } + b.map { _ in 1 })
      return (2 * (together - apart)).squareRoot()
    }
  }

  @Test func agreementByHand() throws {
    let same = try ClusterAgreement([0, 0, 1, 1], [5, 5, 2, 2])
    #expect(same.adjustedRand == 1 && near(same.normalizedInformation, 1))
    // scikit-learn's documentation gives 0.57 for this one.
    #expect(near(try ClusterAgreement([0, 0, 1, 2], [0, 0, 1, 1]).adjustedRand, 4.0 / 7))
    let apart = try ClusterAgreement([0, 0, 1, 1], [0, 1, 0, 1])
    #expect(near(apart.adjustedRand, -0.5) && near(apart.normalizedInformation, 0))
    #expect(throws: AnalysisError.labelCount(labels: 1, examples: 2)) { try ClusterAgreement([0, 1], [0]) }
  }
}

extension DenseMatrix {
  func picking(_ rows: [Int]) -> DenseMatrix { DenseMatrix(rows.map(row)) }
}
