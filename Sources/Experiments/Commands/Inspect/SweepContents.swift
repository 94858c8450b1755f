import ActivationStore
import Diagnostics
import Patching

/// A sweep of a results file, and the cells that moved its first metric most.
struct SweepContents {
  let name: String
  let axes: [LabelledAxis]
  let examples: Int
  /// The metric that cells are compared by; nil where the sweep has none that has baselines.
  let metric: String?
  /// Whether changes are estimates of attribution patching, since the cells were not run.
  let isEstimated: Bool
  /// How well estimates agree with runs, by metric; empty where there are not both.
  let agreements: [Correlations]
  /// By falling size of the change, at most `shown`.
  let strongest: [Cell]
  private static let shown = 5

  /// What the dataset of a metric's estimates says of them.
  struct Correlations {
    let metric: String
    let pearson: Double
    let spearman: Double
  }

  /// One cell, over the examples that have a value there.
  struct Cell {
    /// The entry on each axis.
    let indices: [Int]
    /// The metric of the patched run, or what it would be by the estimate.
    let mean: Double
    /// That less the mean of the unpatched run.
    let change: Double
    /// The change in units of the distance to the other run: 0 unpatched, 1 the other run. NaN where there is no distance.
    let effect: Double
  }

  /// - Throws: `StoreError`.
  init(_ name: String, of results: ResultsReader) throws {
    let sweep = try results.sweep(name)
    self.name = name
    axes = sweep.axes
    examples = sweep.examples
    let runs = try results.baselineRuns()
    let isDenoising = try results.header().direction == "denoise"
    let (baseRun, otherRun): (StoredRun, StoredRun) = isDenoising ? (.corrupted, .clean) : (.clean, .corrupted)
    let base = runs.contains(baseRun) ? try results.baseline(baseRun) : [:]
    let other = runs.contains(otherRun) ? try results.baseline(otherRun) : [:]
    func known(_ metrics: [String]) -> [String] { metrics.filter { base[$0] != nil && other[$0] != nil } }
    let suffix = SweepDeclaration.attributionSuffix
    let estimated = sweep.floatDatasets.filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }
    agreements = try estimated.compactMap { metric in
      let attributes = try results.store.attributes(of: "/sweeps/\(name)/\(metric + suffix)")
      guard case .number(let pearson)? = attributes[Agreement.pearsonKey],
        case .number(let spearman)? = attributes[Agreement.spearmanKey]
      else { return nil }
      return Correlations(metric: metric, pearson: pearson, spearman: spearman)
    }
    let runMetric = Self.shownMetric(known(sweep.floatDatasets))
    isEstimated = runMetric == nil && !estimated.isEmpty
    guard let metric = runMetric ?? Self.shownMetric(known(estimated)),
      let baseValues = base[metric], let otherValues = other[metric]
    else {
      self.metric = nil
      strongest = []
      return
    }
    self.metric = metric
    let values = try results.values(sweep: name, dataset: isEstimated ? metric + suffix : metric)
    let shape = axes.map(\.count) + [examples]
    guard values.shape == shape, baseValues.count == examples, otherValues.count == examples else {
      throw StoreError.wrongShape(
        path: results.store.path, dataset: "/sweeps/\(name)/\(metric)", found: values.shape,
        expected: "\(shape), as the axes have it, and baselines of \(examples) examples")
    }
    // An estimate is a change: from nothing.
    let before = isEstimated ? [Float](repeating: 0, count: baseValues.count) : baseValues
    let (axes, examples) = (sweep.axes, sweep.examples)
    let cells = values.withValues { numbers in
      (0..<(examples == 0 ? 0 : numbers.count / examples)).compactMap { cell -> Cell? in
        Self.cell(
          cell, numbers[cell * examples..<(cell + 1) * examples], before: before, base: baseValues, other: otherValues,
          axes: axes)
      }
    }
    strongest = Array(cells.sorted { abs($0.change) > abs($1.change) }.prefix(Self.shown))
  }

  /// The logit difference where there is one, else the first by name.
  private static func shownMetric(_ metrics: [String]) -> String? {
    metrics.contains("logit_diff") ? "logit_diff" : metrics.first
  }

  private static func cell(
    _ index: Int, _ values: Slice<UnsafeBufferPointer<Float>>, before: [Float], base: [Float], other: [Float],
    axes: [LabelledAxis]
  ) -> Cell? {
    var (change, start, reached, count) = (0.0, 0.0, 0.0, 0.0)
    for (example, value) in values.enumerated() where value.isFinite && base.indices.contains(example) {
      change += Double(value) - Double(before[example])
      start += Double(base[example])
      reached += Double(other[example])
      count += 1
    }
    guard count > 0 else { return nil }
    var rest = index
    let indices = axes.reversed().map { axis -> Int in
      defer { rest /= axis.count }
      return rest % axis.count
    }
    return Cell(
      indices: indices.reversed(), mean: (start + change) / count, change: change / count,
      effect: reached == start ? .nan : change / (reached - start))
  }

  var text: String {
    let shape = axes.map { "\($0.name) \($0.count)" } + ["example \(examples)"]
    let title = "sweep \(name) [\(shape.joined(separator: ", "))]"
    guard let metric, !strongest.isEmpty else { return "\(title): no cell to compare with a baseline" }
    var table = TextTable(
      header: axes.map(\.name) + [metric, "change", "effect"],
      alignments: [TextTable.Alignment](repeating: .right, count: axes.count + 3))
    for cell in strongest {
      table.add(
        zip(axes, cell.indices).map { $0.labels.texts[$1] } + [
          decimal(cell.mean, 3), decimal(cell.change, 3), decimal(cell.effect, 3),
        ])
    }
    let kind = isEstimated ? "estimated mean change" : "mean change"
    let agreement = agreements.map {
      "; estimates of \($0.metric) correlate with the runs by \(decimal($0.pearson, 3)) (ranks: \(decimal($0.spearman, 3)))"
    }.joined()
    return """
      \(title): the strongest cells by \(kind) of \(metric) (effect: 0 unpatched, 1 the other run)\(agreement)

      \(table.text)
      """
  }

  var json: JSONValue {
    .object([
      "name": .string(name), "axes": .array(axes.map { .string($0.name) } + [.string("example")]),
      "shape": .array((axes.map(\.count) + [examples]).map(JSONValue.integer)),
      "metric": metric.map(JSONValue.string) ?? .null, "estimated": .bool(isEstimated),
      "agreement": .array(
        agreements.map {
          .object([
            "metric": .string($0.metric), "pearson": number($0.pearson), "spearman": number($0.spearman),
          ])
        }),
      "strongest": .array(
        strongest.map { cell in
          var labels = JSONObject()
          for (axis, index) in zip(axes, cell.indices) { labels.append(key: axis.name, value: axis.labels.json(index)) }
          return .object([
            "cell": .object(labels), "mean": .number(cell.mean), "change": .number(cell.change),
            "effect": .number(cell.effect),
          ])
        }),
    ])
  }
}

/// JSON has no word for what is not a number.
private func number(_ value: Double) -> JSONValue { value.isFinite ? .number(value) : .null }

extension AxisLabels {
  fileprivate func json(_ index: Int) -> JSONValue {
    switch self {
    case .integers(let labels): .integer(labels[index])
    case .numbers(let labels): .number(labels[index])
    case .texts(let labels): .string(labels[index])
    }
  }
}
