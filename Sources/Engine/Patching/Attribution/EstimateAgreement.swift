/// How well estimates agree with measurements, over cells.
public struct EstimateAgreement: Sendable, Hashable {
  /// Pearson's correlation coefficient; NaN if either side is constant or there are fewer than two cells.
  public let pearson: Double
  /// Spearman's: Pearson's of the ranks, where equal values share their mean rank.
  public let spearman: Double
  /// How many cells have both.
  public let cells: Int

  /// - Parameters:
  ///   - estimated: one number per cell; NaN if there is none.
  ///   - exact: the same for the runs of the same cells.
  public init(estimated: [Double], exact: [Double]) {
    precondition(estimated.count == exact.count, "two numbers for each cell")
    let pairs = zip(estimated, exact).filter { $0.0.isFinite && $0.1.isFinite }
    let (a, b) = (pairs.map(\.0), pairs.map(\.1))
    cells = pairs.count
    pearson = Self.correlation(a, b)
    spearman = Self.correlation(Self.ranks(a), Self.ranks(b))
  }

  private static func correlation(_ a: [Double], _ b: [Double]) -> Double {
    let count = Double(a.count)
    let (meanA, meanB) = (a.reduce(0, +) / count, b.reduce(0, +) / count)
    var (product, squareA, squareB) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      product += (x - meanA) * (y - meanB)
      squareA += (x - meanA) * (x - meanA)
      squareB += (y - meanB) * (y - meanB)
    }
    guard squareA > 0, squareB > 0 else { return .nan }
    return product / (squareA * squareB).squareRoot()
  }

  /// Starting at 1 for the smallest.
  private static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var first = 0
    while first < order.count {
      var end = first + 1
      while end < order.count, values[order[end]] == values[order[first]] { end += 1 }
      for place in first..<end { ranks[order[place]] = Double(first + end + 1) / 2 }
      first = end
    }
    return ranks
  }
}
