import Analysis
import LabelledArrays

/// The effects of a sweep's cells on one metric: 0 for no change, 1 if the other run is reached.
struct CellEffects: Sendable {
  /// [cell, example] (patched - base) / (other - base); NaN if there is no value or the two baselines are equal.
  let ratios: [Float]
  /// One per cell, like all that follow: the mean of ratios with its bounds.
  let effects: [Interval]
  /// (mean patched - mean base) / (mean other - mean base), over the examples that have the cell.
  let ratiosOfMeans: [Double]
  /// The mean of the patched run's metric, and its mean change from the base run.
  let means: [Double], changes: [Double]
  /// p of the mean of ratios against 0 by sign flips, and corrected for the false discovery rate over the cells of the
  /// sweep.
  let p: [Double], rates: [Double]
  /// The number of examples in the mean of ratios.
  let counts: [Int]

  static let flips = SignFlips(flips: 9999, seed: 0)

  /// - Parameters:
  /// - values: [cell, example], the metric of the patched run or its change from the base run; NaN if missing.
  ///   - base: the metric of the run that is edited, one number per example; `other` is that of the run that patches
  ///     come from.
  ///   - hasPath: one per cell; a cell without a path has no effect.
  init(
    _ values: [Float], measured: EffectSums.Measured = .values, base: [Float], other: [Float], hasPath: [Int8]? = nil
  ) throws {
    let examples = base.count
    let cells = examples == 0 ? 0 : values.count / examples
    let there = hasPath.map { paths in values.indices.map { paths[$0 / examples] == 0 ? .nan : values[$0] } } ?? values
    var sums = EffectSums(cells: cells, base: base, other: other)
    sums.add(there, cells: 0..<cells, examples: 0..<examples, measured: measured)
    let found = (0..<cells).map { sums[$0] }
    ratios = sums.ratios(of: there, measured: measured).map { Float($0) }
    (ratiosOfMeans, means) = (found.map(\.ratioOfMeans), found.map(\.mean))
    (changes, counts) = (found.map(\.meanChange), found.map(\.examples))
    effects = examples == 0 ? [] : Bootstrap.ofReports.means(ofRows: ratios, examples: examples)
    p = examples == 0 ? [] : Self.flips.p(ofRows: ratios, examples: examples)
    rates = SignFlips.falseDiscoveryRates(p)
  }

  var cells: Int { effects.count }

  /// The cells with the largest mean effects, the largest first, without those that have none.
  func strongest(_ count: Int) -> [Int] {
    let known = effects.indices.filter { effects[$0].value.isFinite }
    return Array(known.sorted { (abs(effects[$0].value), -$0) > (abs(effects[$1].value), -$1) }.prefix(count))
  }
}

/// A sweep's effects on one metric.
struct FoundEffects: Sendable {
  let metric: String
  /// Whether they are estimates.
  let isEstimated: Bool
  let effects: CellEffects
}

extension SweepData {
  /// The effects on all metrics, those of runs first.
  /// - Throws: `LabelledArrayError.notNumbers`, `AnalysisError`.
  func effects(in file: ReportFile) throws -> [FoundEffects] {
    try [false, true].flatMap { isEstimated in
      try file.metrics.compactMap { metric in
        guard let effects = try effects(metric, of: file, estimated: isEstimated) else { return nil }
        return FoundEffects(metric: metric, isEstimated: isEstimated, effects: effects)
      }
    }
  }

  /// The effects on a metric, of the runs or of the estimates; nil if the sweep has none.
  private func effects(_ metric: String, of file: ReportFile, estimated: Bool) throws -> CellEffects? {
    guard let base = file.base[metric], let other = file.other[metric], base.count == examples, other.count == examples,
      let array = estimated ? estimates[metric] : runs[metric]
    else { return nil }
    return try CellEffects(
      array.numbers(), measured: estimated ? .changes : .values, base: base, other: other, hasPath: hasPath)
  }
}
