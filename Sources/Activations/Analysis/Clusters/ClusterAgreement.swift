import Foundation

/// How far two partitions of the same examples agree, however their parts are numbered.
public struct ClusterAgreement: Sendable, Equatable {
  /// The adjusted Rand index (Hubert and Arabie 1985): 1 for the same partition, 0 on average for a random one.
  public let adjustedRand: Double
  /// Mutual information over the mean of the two entropies (like scikit-learn's `normalized_mutual_info_score`), 0...1.
  public let normalizedInformation: Double

  /// - Parameters:
  ///   - a: the part of each example in one partition, any numbers.
  ///   - b: the same for the other partition.
  /// - Throws: `AnalysisError` for different lengths or no examples.
  public init(_ a: [Int], _ b: [Int]) throws(AnalysisError) {
    guard a.count == b.count else { throw .labelCount(labels: b.count, examples: a.count) }
    guard !a.isEmpty else { throw .tooFewExamples(purpose: "the agreement of two partitions", found: 0, needed: 1) }
    var cells: [[Int]: Int] = [:]
    var (rows, columns): ([Int: Int], [Int: Int]) = ([:], [:])
    for (x, y) in zip(a, b) {
      cells[[x, y], default: 0] += 1
      rows[x, default: 0] += 1
      columns[y, default: 0] += 1
    }
    adjustedRand = Self.rand(cells.values, rows.values, columns.values, count: a.count)
    let n = Double(a.count)
    // Summed in a fixed order; dictionaries have none.
    let information = cells.keys.sorted { $0.lexicographicallyPrecedes($1) }.reduce(0.0) { sum, key in
      let joint = Double(cells[key] ?? 0) / n
      return sum + joint * log(joint / (Double(rows[key[0]] ?? 0) / n * (Double(columns[key[1]] ?? 0) / n)))
    }
    let (first, second) = (Self.entropy(rows.values, n), Self.entropy(columns.values, n))
    let mean = (first + second) / 2
    // Two partitions with a single part each agree.
    normalizedInformation = mean > 0 ? max(0, information / mean) : 1
  }

  private static func entropy(_ counts: some Collection<Int>, _ n: Double) -> Double {
    -counts.sorted().reduce(0) { $0 + Double($1) / n * log(Double($1) / n) }
  }

  private static func rand(
    _ cells: some Collection<Int>, _ rows: some Collection<Int>, _ columns: some Collection<Int>, count: Int
  ) -> Double {
    func pairs(_ n: Int) -> Double { Double(n) * Double(n - 1) / 2 }
    let together = cells.reduce(0) { $0 + pairs($1) }
    let (first, second) = (rows.reduce(0) { $0 + pairs($1) }, columns.reduce(0) { $0 + pairs($1) })
    let all = pairs(count)
    guard all > 0 else { return 1 }
    let expected = first * second / all
    let most = (first + second) / 2
    return most == expected ? 1 : (together - expected) / (most - expected)
  }
}
