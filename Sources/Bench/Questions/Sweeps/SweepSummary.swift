import LabelledArrays
import Patching

/// The cells of a sweep that changed the shown metric most, by normalised effect: 0 for no change, 1 if the other run
/// is reached.
public struct SweepSummary: Sendable {
  /// One cell, over all examples that have it.
  public struct Cell: Sendable, Hashable {
    /// The cell's number, row-major over the axes.
    public let cell: Int
    /// For each axis of the sweep, the cell's label.
    public let labels: [String]
    /// The mean of each example's (patched - base) / (other - base); NaN if no example has one.
    public let meanOfRatios: Double
    /// (mean patched - mean base) / (mean other - mean base); NaN if the two means are equal.
    public let ratioOfMeans: Double
    /// How many examples the mean of ratios is over.
    public let examples: Int
    /// How many examples have the position but no effect, since their two baselines are equal.
    public let withoutEffect: Int
  }

  public let sweep: String
  /// The names of the labels' axes.
  public let axes: [String]
  public let metric: Metric
  public let method: SweepMethod
  /// How many cells the sweep has.
  public let cells: Int
  /// Each cell's mean of ratios; NaN if no example has one.
  public let effects: [Double]
  /// By decreasing magnitude of the mean of ratios; at most ten, all with a path.
  public let strongest: [Cell]
  /// How many examples have no effect in any cell, since their two baselines are equal.
  public let withoutEffect: Int
  /// For differences added in other examples: the mean effect in the example that each comes from, and in all others.
  public let transfer: EffectSums.Transfer?
  /// How well the estimates agree with the runs, by the metric's mean over examples; nil unless there are both.
  public let agreement: EstimateAgreement?
}

extension EffectSums {
  func summary(plan: PlannedSweep, metric: Metric, agreement: EstimateAgreement? = nil) -> SweepSummary {
    let effects = (0..<cells).map { self[$0] }
    let candidates = effects.indices.filter { plan.hasPath?[$0] ?? true }
    func strength(_ cell: Int) -> Double { effects[cell].examples == 0 ? -1 : abs(effects[cell].meanOfRatios) }
    // Cells without any effect come last.
    let order = candidates.map { (cell: $0, strength: strength($0)) }.sorted { $0.strength > $1.strength }
    let strongest = order.prefix(10).map { cell, _ -> SweepSummary.Cell in
      let effect = effects[cell]
      return SweepSummary.Cell(
        cell: cell, labels: plan.labels(ofCell: cell), meanOfRatios: effect.meanOfRatios,
        ratioOfMeans: effect.ratioOfMeans, examples: effect.examples, withoutEffect: effect.withoutEffect)
    }
    return SweepSummary(
      sweep: plan.name, axes: plan.axes.map(\.name), metric: metric, method: plan.spec.method, cells: plan.cells,
      effects: effects.map(\.meanOfRatios), strongest: strongest, withoutEffect: examplesWithoutGap,
      transfer: transfer, agreement: agreement)
  }
}
