import Patching

/// The cells of a sweep that moved the shown metric most, by normalised effect: 0 where nothing changed, 1 where the other run is reached.
public struct SweepSummary: Sendable {
  /// One cell, over all examples that have it.
  public struct Cell: Sendable, Hashable {
    /// The cell's number, row-major over the axes.
    public let cell: Int
    /// For each axis of the sweep, the cell's label.
    public let labels: [String]
    /// The mean of each example's (patched - base) / (other - base); NaN where no example has one.
    public let meanOfRatios: Double
    /// (mean patched - mean base) / (mean other - mean base); NaN where the two means are one.
    public let ratioOfMeans: Double
    /// How many examples the mean of ratios is over.
    public let examples: Int
    /// How many examples have the position but no effect, since their two baselines are the same.
    public let withoutEffect: Int
  }

  /// Mean effects of examples' own differences and of those of others; NaN where there are none.
  public struct Transfer: Sendable, Hashable {
    public let own: Double
    public let others: Double
  }

  public let sweep: String
  /// The names of the axes that labels stand on.
  public let axes: [String]
  public let metric: Metric
  public let method: SweepMethod
  /// How many cells the sweep has.
  public let cells: Int
  /// Each cell's mean of ratios; NaN where no example has one.
  public let effects: [Double]
  /// By falling size of the mean of ratios; at most ten, none of them without a path.
  public let strongest: [Cell]
  /// How many examples have no effect in any cell, since their two baselines are the same.
  public let withoutEffect: Int
  /// Of differences that are taken from one example to another: the mean effect in the example that each is of, and in all others.
  public let transfer: Transfer?
  /// How well the estimates agree with the runs, by the metric's mean over examples; nil where there are not both.
  public let agreement: Agreement?
}

/// Running sums from which effects are made, cell by cell.
struct EffectSums {
  private let base: [Float]
  private let other: [Float]
  private var sums: [Sums]
  /// For each cell, the example that its difference is of; nil where there are none.
  private let sources: [Int]?
  private var own = (sum: 0.0, count: 0)
  private var others = (sum: 0.0, count: 0)

  private struct Sums {
    var ratios = 0.0
    var ratioCount = 0
    var patched = 0.0
    var base = 0.0
    var other = 0.0
    var count = 0
  }

  /// - Parameters:
  ///   - base: the shown metric of the unedited runs, one number an example; `other` likewise.
  ///   - sources: for each cell, the example that its difference is of.
  init(cells: Int, base: [Float], other: [Float], sources: [Int]? = nil) {
    self.sources = sources
    self.base = base
    self.other = other
    sums = [Sums](repeating: Sums(), count: cells)
  }

  /// - Parameter values: [cell, example]; NaN where the example has no such cell.
  mutating func add(_ values: [Float], cells: Range<Int>, examples: Range<Int>) {
    for (row, cell) in cells.enumerated() {
      for (column, example) in examples.enumerated() {
        let value = Double(values[row * examples.count + column])
        if value.isNaN { continue }
        let (base, other) = (Double(base[example]), Double(other[example]))
        sums[cell].patched += value
        sums[cell].base += base
        sums[cell].other += other
        sums[cell].count += 1
        guard other != base else { continue }
        let ratio = (value - base) / (other - base)
        if let sources, sources[cell] == example {
          own = (own.sum + ratio, own.count + 1)
        } else if sources != nil {
          others = (others.sum + ratio, others.count + 1)
        }
        sums[cell].ratios += ratio
        sums[cell].ratioCount += 1
      }
    }
  }

  func summary(plan: PlannedSweep, metric: Metric, agreement: Agreement? = nil) -> SweepSummary {
    let candidates = sums.indices.filter { plan.hasPath?[$0] ?? true }
    // A cell without any effect comes last.
    let order = candidates.map { (cell: $0, strength: strength($0)) }.sorted { $0.strength > $1.strength }
    let strongest = order.prefix(10).map { cell, _ -> SweepSummary.Cell in
      let sums = sums[cell]
      return SweepSummary.Cell(
        cell: cell, labels: plan.labels(ofCell: cell),
        meanOfRatios: sums.ratioCount == 0 ? .nan : sums.ratios / Double(sums.ratioCount),
        ratioOfMeans: sums.other == sums.base ? .nan : (sums.patched - sums.base) / (sums.other - sums.base),
        examples: sums.ratioCount, withoutEffect: sums.count - sums.ratioCount)
    }
    return SweepSummary(
      sweep: plan.name, axes: plan.axes.map(\.name), metric: metric, method: plan.spec.method, cells: plan.cells,
      effects: sums.map { $0.ratioCount == 0 ? .nan : $0.ratios / Double($0.ratioCount) }, strongest: strongest,
      withoutEffect: zip(base, other).count { $0 == $1 },
      transfer: sources == nil
        ? nil : SweepSummary.Transfer(own: own.sum / Double(own.count), others: others.sum / Double(others.count)),
      agreement: agreement)
  }

  private func strength(_ cell: Int) -> Double {
    let sums = sums[cell]
    return sums.ratioCount == 0 ? -1 : abs(sums.ratios / Double(sums.ratioCount))
  }
}
