import Diagnostics

/// Intervals by redrawing examples with replacement (Efron 1979), seeded; bounds are percentiles of the redrawn values.
public struct Bootstrap: Sendable, Equatable {
  /// The number of redraws; 0 for no intervals.
  public var redraws: Int
  /// The share of redrawn values within the bounds.
  public var level: Double
  public var seed: UInt64
  /// The group of each example (the prompt or pair that it comes from): groups are redrawn whole. nil if each example
  /// is its own group.
  public var groups: [Int]?

  public init(redraws: Int = 1000, level: Double = 0.95, seed: UInt64 = 0, groups: [Int]? = nil) {
    self.redraws = redraws
    self.level = level
    self.seed = seed
    self.groups = groups
  }

  /// For each redraw in turn, how often each of `count` examples is drawn.
  /// - Precondition: if there are groups, as many as examples.
  func forEachRedraw(of count: Int, _ body: ([Int]) -> Void) {
    precondition(groups.map { $0.count == count } ?? true, "a group for each of \(count) examples")
    var generator = SplitMix64(seed: seed)
    let members: [[Int]]?
    if let groups {
      var byGroup: [Int: [Int]] = [:]
      for (example, group) in groups.enumerated() { byGroup[group, default: []].append(example) }
      members = byGroup.keys.sorted().map { byGroup[$0] ?? [] }
    } else {
      members = nil
    }
    let drawn = members?.count ?? count
    guard drawn > 0 else { return }
    for _ in 0..<redraws {
      var times = [Int](repeating: 0, count: count)
      for _ in 0..<drawn {
        let choice = Int.random(in: 0..<drawn, using: &generator)
        if let members {
          for example in members[choice] { times[example] += 1 }
        } else {
          times[choice] += 1
        }
      }
      body(times)
    }
  }

  /// The value with bounds from redrawn values; those that are not finite (a redraw without one of the classes) are
  /// left out.
  func interval(_ value: Double, _ redrawn: [Double]) -> Interval {
    let sorted = redrawn.filter(\.isFinite).sorted()
    guard !sorted.isEmpty else { return Interval(value: value, low: value, high: value) }
    return Interval(
      value: value, low: Self.quantile(sorted, (1 - level) / 2), high: Self.quantile(sorted, (1 + level) / 2))
  }

  /// Interpolates between the two nearest values, like numpy's `quantile`.
  package static func quantile(_ sorted: [Double], _ share: Double) -> Double {
    let position = min(max(share, 0), 1) * Double(sorted.count - 1)
    let below = Int(position)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
  }
}

/// A value and the bounds within which it would lie with other examples.
public struct Interval: Sendable, Equatable {
  public let value: Double
  public let low: Double
  public let high: Double

  public init(value: Double, low: Double, high: Double) {
    self.value = value
    self.low = low
    self.high = high
  }
}

extension Bootstrap {
  /// The mean of some numbers, with its interval.
  public func mean(of values: [Double]) -> Interval {
    var redrawn: [Double] = []
    forEachRedraw(of: values.count) { times in
      let total = times.reduce(0, +)
      redrawn.append(zip(values, times).reduce(0) { $0 + $1.0 * Double($1.1) } / Double(total))
    }
    return interval(values.reduce(0, +) / Double(values.count), redrawn)
  }

  /// R² of predictions, with its interval.
  func explained(_ truth: [Double], by told: [Double]) -> Interval {
    func score(_ times: [Int]) -> Double {
      var (count, sum, squares, error) = (0.0, 0.0, 0.0, 0.0)
      for index in times.indices where times[index] > 0 {
        let weight = Double(times[index])
        count += weight
        sum += weight * truth[index]
        squares += weight * truth[index] * truth[index]
        error += weight * (truth[index] - told[index]) * (truth[index] - told[index])
      }
      let scatter = squares - sum * sum / count
      return scatter > 0 ? 1 - error / scatter : .nan
    }
    var redrawn: [Double] = []
    forEachRedraw(of: truth.count) { redrawn.append(score($0)) }
    return interval(RidgeRegression.explained(truth, by: told), redrawn)
  }
}
