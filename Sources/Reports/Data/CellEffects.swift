import Analysis

/// What the cells of a sweep did to one metric. Effects are 0 where nothing changed and 1 where the other run is reached.
struct CellEffects: Sendable {
  /// [cell, example] (patched - base) / (other - base); NaN where there is no value or the two baselines are one.
  let ratios: [Float]
  /// One for each cell, as all that follow: the mean of ratios with its bounds.
  let effects: [Interval]
  /// (mean patched - mean base) / (mean other - mean base), over the examples that have the cell.
  let ratiosOfMeans: [Double]
  /// The mean of the patched run's metric, and its mean change from the base run.
  let means: [Double], changes: [Double]
  /// p of the mean of ratios against 0 by flips of signs, and the same as false discovery rates over the cells of the sweep.
  let p: [Double], rates: [Double]
  /// How many examples the mean of ratios is over.
  let counts: [Int]

  static let bootstrap = Bootstrap(redraws: 1000, level: 0.95, seed: 0)
  static let flips = SignFlips(flips: 9999, seed: 0)

  /// - Parameters:
  ///   - patched: [cell, example], the metric of the patched run; NaN where there is nothing.
  ///   - base: the metric of the run that is edited, one number an example; `other` that of the run that patches come from.
  init(patched: [Float], base: [Float], other: [Float], hasPath: [Int8]? = nil) throws {
    let examples = base.count
    let cells = examples == 0 ? 0 : patched.count / examples
    var ratios = [Float](repeating: .nan, count: patched.count)
    var ratiosOfMeans = [Double](repeating: .nan, count: cells)
    var (means, changes) = (ratiosOfMeans, ratiosOfMeans)
    var counts = [Int](repeating: 0, count: cells)
    for cell in 0..<cells where hasPath?[cell] != 0 {
      var (sum, start, reached, count) = (0.0, 0.0, 0.0, 0)
      for example in 0..<examples {
        let value = Double(patched[cell * examples + example])
        guard value.isFinite else { continue }
        let (from, to) = (Double(base[example]), Double(other[example]))
        (sum, start, reached, count) = (sum + value, start + from, reached + to, count + 1)
        let ratio = (value - from) / (to - from)
        // Beyond that the distance is nothing but rounding, and no figure has room.
        guard ratio.isFinite, abs(ratio) < 1e12 else { continue }
        ratios[cell * examples + example] = Float(ratio)
        counts[cell] += 1
      }
      guard count > 0 else { continue }
      means[cell] = sum / Double(count)
      changes[cell] = (sum - start) / Double(count)
      ratiosOfMeans[cell] = reached == start ? .nan : (sum - start) / (reached - start)
    }
    self.ratios = ratios
    (self.ratiosOfMeans, self.means, self.changes, self.counts) = (ratiosOfMeans, means, changes, counts)
    effects = examples == 0 ? [] : try Self.bootstrap.means(ofRows: ratios, examples: examples)
    p = examples == 0 ? [] : try Self.flips.p(ofRows: ratios, examples: examples)
    rates = SignFlips.falseDiscoveryRates(p)
  }

  var cells: Int { effects.count }

  /// The cells with the largest mean effects, the largest first; none without one.
  func strongest(_ count: Int) -> [Int] {
    let known = effects.indices.filter { effects[$0].value.isFinite }
    return Array(known.sorted { (abs(effects[$0].value), -$0) > (abs(effects[$1].value), -$1) }.prefix(count))
  }
}

extension SweepData {
  /// The effects of a metric, of the runs or of the estimates; nil where the sweep has none.
  func effects(_ metric: String, of data: ReportData, estimated: Bool = false) throws -> CellEffects? {
    guard let base = data.base[metric], let other = data.other[metric], base.count == examples, other.count == examples
    else { return nil }
    let patched: [Float]
    if estimated {
      guard let changes = estimates[metric] else { return nil }
      patched = changes.indices.map { changes[$0] + base[$0 % examples] }
    } else {
      guard let own = values[metric] else { return nil }
      patched = own
    }
    return try CellEffects(patched: patched, base: base, other: other, hasPath: hasPath)
  }
}
