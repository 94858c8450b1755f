/// What a cell does to a metric, over the examples that have the cell. An effect is 0 if nothing changed and 1 if the
/// metric reaches that of the other run.
public struct Effect: Sendable, Hashable {
  /// The mean of each example's (patched - base) / (other - base); NaN if no example has one.
  public let meanOfRatios: Double
  /// (mean patched - mean base) / (mean other - mean base); NaN if the two means are equal.
  public let ratioOfMeans: Double
  /// The mean of patched - base, in units of the metric; NaN if no example has the cell.
  public let meanChange: Double
  /// The mean of the patched run's metric; NaN if no example has the cell.
  public let mean: Double
  /// How many examples the mean of ratios is over.
  public let examples: Int
  /// How many examples have the cell but no ratio because their baselines are too close.
  public let withoutEffect: Int

  public init(
    meanOfRatios: Double, ratioOfMeans: Double, meanChange: Double, mean: Double, examples: Int, withoutEffect: Int
  ) {
    self.meanOfRatios = meanOfRatios
    self.ratioOfMeans = ratioOfMeans
    self.meanChange = meanChange
    self.mean = mean
    self.examples = examples
    self.withoutEffect = withoutEffect
  }
}

/// Running sums of one metric, from which effects are computed cell by cell. Blocks of cells and examples may arrive in
/// any order, so a sweep need not fit in memory.
///
/// An example without a finite value lacks the cell and is left out.
public struct EffectSums: Sendable {
  /// What the numbers of a block are.
  public enum Measured: Sendable, Hashable {
    /// The metric of the patched run.
    case values
    /// Its change from the base run, for estimates.
    case changes
  }

  /// Mean ratios of examples' own differences and of those of other examples; NaN if there are none.
  public struct Transfer: Sendable, Hashable {
    public let own: Double
    public let others: Double

    public init(own: Double, others: Double) {
      self.own = own
      self.others = others
    }
  }

  private struct Sums {
    var ratios = 0.0
    var ratioCount = 0
    var change = 0.0
    var base = 0.0
    var other = 0.0
    var count = 0
  }

  /// A larger ratio is an artefact of rounding, as is the gap between its baselines.
  private static let largestRatio = 1e12

  private let base: [Float]
  private let other: [Float]
  /// A gap up to this size gives no ratio.
  private let closest: Double
  private var sums: [Sums]
  private let sources: [Int]?
  private var own = (sum: 0.0, count: 0)
  private var others = (sum: 0.0, count: 0)

  /// - Parameters:
  ///   - base: the metric of the run that is edited, one number per example; `other`: that of the run that patches come
  ///     from.
  ///   - sources: for each cell, the example whose difference is added there; nil if there are none.
  ///   - minimumGap: an example's ratio counts if |other - base| exceeds this share of the median over examples. With 0
  ///     it counts if the gap is not 0.
  /// - Precondition: `base` and `other` have the same count.
  public init(cells: Int, base: [Float], other: [Float], sources: [Int]? = nil, minimumGap: Double = 0) {
    precondition(base.count == other.count, "\(base.count) and \(other.count) examples")
    self.base = base
    self.other = other
    self.sources = sources
    closest = minimumGap == 0 ? 0 : minimumGap * Self.median(zip(base, other).map { abs(Double($1) - Double($0)) })
    sums = [Sums](repeating: Sums(), count: cells)
  }

  /// How many cells there are.
  public var cells: Int { sums.count }

  /// How many examples have no ratio in any cell because their baselines are too close.
  public var examplesWithoutGap: Int { base.indices.count { !hasGap($0) } }

  /// Adds a block.
  /// - Parameter values: [cell, example], of the given cells and examples.
  /// - Precondition: there is a value for each, and `cells` and `examples` are within those of `init`.
  public mutating func add(
    _ values: [Float], cells: Range<Int>, examples: Range<Int>, measured: Measured = .values
  ) {
    precondition(values.count == cells.count * examples.count, "\(values.count) values of \(cells) x \(examples)")
    var next = 0
    for cell in cells {
      for example in examples {
        let value = Double(values[next])
        next += 1
        guard value.isFinite else { continue }
        let base = Double(base[example])
        let change = measured == .changes ? value : value - base
        sums[cell].change += change
        sums[cell].base += base
        sums[cell].other += Double(other[example])
        sums[cell].count += 1
        guard let ratio = ratio(ofChange: change, example: example) else { continue }
        sums[cell].ratios += ratio
        sums[cell].ratioCount += 1
        guard let sources else { continue }
        if sources[cell] == example {
          own = (own.sum + ratio, own.count + 1)
        } else {
          others = (others.sum + ratio, others.count + 1)
        }
      }
    }
  }

  /// The effect of a cell.
  public subscript(cell: Int) -> Effect {
    let sums = sums[cell]
    let count = Double(sums.count)
    return Effect(
      meanOfRatios: sums.ratioCount == 0 ? .nan : sums.ratios / Double(sums.ratioCount),
      ratioOfMeans: sums.other == sums.base ? .nan : sums.change / (sums.other - sums.base),
      meanChange: sums.count == 0 ? .nan : sums.change / count,
      mean: sums.count == 0 ? .nan : (sums.base + sums.change) / count,
      examples: sums.ratioCount, withoutEffect: sums.count - sums.ratioCount)
  }

  /// nil without `sources`.
  public var transfer: Transfer? {
    sources == nil ? nil : Transfer(own: own.sum / Double(own.count), others: others.sum / Double(others.count))
  }

  /// Each example's change from the base run, [cell, example] like the values; NaN if there is none.
  /// - Parameter values: [cell, example] of all examples.
  public func changes(of values: [Float], measured: Measured = .values) -> [Double] {
    byExample(values, measured) { change, _ in change }
  }

  /// Each example's (patched - base) / (other - base), [cell, example] like the values; NaN if it has none.
  /// - Parameter values: [cell, example] of all examples.
  public func ratios(of values: [Float], measured: Measured = .values) -> [Double] {
    byExample(values, measured) { change, example in ratio(ofChange: change, example: example) ?? .nan }
  }

  private func byExample(
    _ values: [Float], _ measured: Measured, _ result: (_ change: Double, _ example: Int) -> Double
  ) -> [Double] {
    let count = base.count
    precondition(count == 0 ? values.isEmpty : values.count.isMultiple(of: count), "\(values.count) values")
    return values.indices.map { index in
      let (value, example) = (Double(values[index]), index % count)
      let change = measured == .changes ? value : value - Double(base[example])
      return value.isFinite && change.isFinite ? result(change, example) : .nan
    }
  }

  /// An example's change over the gap between its baselines; nil if the gap is too small.
  func ratio(ofChange change: Double, example: Int) -> Double? {
    guard hasGap(example) else { return nil }
    let ratio = change / (Double(other[example]) - Double(base[example]))
    return ratio.isFinite && abs(ratio) < Self.largestRatio ? ratio : nil
  }

  private func hasGap(_ example: Int) -> Bool { abs(Double(other[example]) - Double(base[example])) > closest }

  /// The median of the finite numbers; 0 if there are none.
  private static func median(_ numbers: [Double]) -> Double {
    let known = numbers.filter(\.isFinite).sorted()
    guard !known.isEmpty else { return 0 }
    return (known[(known.count - 1) / 2] + known[known.count / 2]) / 2
  }
}
