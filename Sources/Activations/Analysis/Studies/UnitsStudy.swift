import ActivationStore
import Interventions
import Tensors

/// What single features do: the examples with their highest values, the distribution of their values, how often they
/// are active.
///
/// A unit is a feature of the activation (a neuron), or a direction. The first pass finds extremes and moments, the
/// second one histograms.
public struct UnitsStudy: Study {
  /// What to look at, and how closely.
  public struct Options: Sendable {
    public var units: Selector
    /// How many of the highest examples to keep.
    public var top: Int
    /// In the histogram.
    public var bins: Int
    /// Values above this count as active.
    public var threshold: Double

    public init(units: Selector = .all, top: Int = 5, bins: Int = 40, threshold: Double = 0) {
      self.units = units
      self.top = top
      self.bins = bins
      self.threshold = threshold
    }
  }

  public let name: String
  public let selection: Selection
  let options: Options
  /// The features that are units; with directions there is one unit, number 0.
  let units: [Int]
  /// A direction for each hook, or nil for features.
  private let directions: [[Double]]?

  /// - Parameters:
  ///   - directions: the directions to project activations on, [hook][width]; nil for the features themselves.
  /// - Throws: `SelectionError`, `StudyError`.
  public init(
    _ name: String, _ selection: Selection, _ options: Options = Options(), along directions: [[Double]]? = nil
  ) throws {
    self.name = name
    self.selection = selection
    self.options = options
    self.directions = directions
    if let directions {
      for (hook, direction) in directions.enumerated() where direction.count != selection.widths[hook] {
        throw StudyError(
          study: name, place: selection.hooks[hook].text,
          reason: AnalysisError.otherWidth(found: direction.count, expected: selection.widths[hook]).message)
      }
      units = [0]
    } else {
      let width = try selection.commonWidth()
      if let outside = options.units.firstOutside(count: width) {
        throw StudyError(
          study: name, place: "'units'", reason: "there is no feature \(outside); the activations have \(width)")
      }
      units = options.units.indices(count: width)
    }
  }

  public func work(at place: Selection.Place) -> Work {
    Work(units: units, options: options, direction: directions?[place.hook])
  }

  /// The units at one place.
  public struct Work: PlaceWork {
    private let units: [Int]
    private let options: Options
    private let direction: [Double]?
    private var summaries: [UnitSummary]
    private var isSecond = false

    init(units: [Int], options: Options, direction: [Double]?) {
      self.units = units
      self.options = options
      self.direction = direction
      summaries = units.map { _ in UnitSummary(top: options.top, bins: options.bins) }
    }

    public mutating func add(_ rows: Matrix, items: [Int]) throws {
      try rows.requireFinite()
      if let direction {
        for (item, value) in zip(items, rows.rowProducts(with: direction)) { take(value, item, 0) }
        return
      }
      for (row, item) in items.enumerated() {
        rows.withRow(row) { values in
          for (unit, feature) in units.enumerated() { take(Double(values[feature]), item, unit) }
        }
      }
    }

    private mutating func take(_ value: Double, _ item: Int, _ unit: Int) {
      if isSecond {
        summaries[unit].count(value)
      } else {
        summaries[unit].add(value, item: item, threshold: options.threshold)
      }
    }

    public mutating func endPass() -> Bool {
      defer { isSecond = true }
      return !isSecond && options.bins > 0
    }

    public func outcome() -> [UnitSummary] { summaries }
  }
}

/// One unit over all examples.
public struct UnitSummary: Sendable {
  /// The highest values, highest first, and their items.
  private(set) var top: [(value: Double, item: Int)] = []
  private(set) var histogram: [Int]
  private(set) var smallest = Double.infinity
  private(set) var largest = -Double.infinity
  private let limit: Int
  private var count = 0
  private var active = 0
  /// Sums of the first four powers of the distance from the first value.
  private var shift = 0.0
  private var powers = [0.0, 0.0, 0.0, 0.0]

  init(top: Int, bins: Int) {
    limit = top
    histogram = [Int](repeating: 0, count: bins)
  }

  mutating func add(_ value: Double, item: Int, threshold: Double) {
    if count == 0 { shift = value }
    count += 1
    if value > threshold { active += 1 }
    smallest = min(smallest, value)
    largest = max(largest, value)
    let distance = value - shift
    let square = distance * distance
    powers[0] += distance
    powers[1] += square
    powers[2] += square * distance
    powers[3] += square * square
    guard limit > 0, top.count < limit || value > (top.last?.value ?? 0) else { return }
    let place = top.firstIndex { $0.value < value } ?? top.count
    top.insert((value, item), at: place)
    if top.count > limit { top.removeLast() }
  }

  /// Counts a value in the histogram, whose range is known by now.
  mutating func count(_ value: Double) {
    let width = (largest - smallest) / Double(histogram.count)
    let bin = width > 0 ? min(Int((value - smallest) / width), histogram.count - 1) : 0
    histogram[bin] += 1
  }

  /// The share of examples above the threshold.
  var activeShare: Double { Double(active) / Double(count) }

  var mean: Double { shift + powers[0] / Double(count) }

  /// Divided by the count.
  var variance: Double { max(0, powers[1] / Double(count) - offset * offset) }

  /// The fourth central moment over the squared variance, minus 3: 0 for a normal distribution, large for a unit that
  /// is rarely far from 0.
  var excessKurtosis: Double {
    let n = Double(count)
    let fourth =
      powers[3] / n - 4 * offset * powers[2] / n + 6 * offset * offset * powers[1] / n - 3 * offset * offset * offset
      * offset
    return variance > 0 ? fourth / (variance * variance) - 3 : .nan
  }

  private var offset: Double { powers[0] / Double(count) }
}
