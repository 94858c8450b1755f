import ActivationStore
import Diagnostics
import LabelledArrays
import Patching

/// A sweep of a results file, and the cells that changed its first metric most.
struct SweepContents {
  let name: String
  let axes: [LabelledAxis]
  let examples: Int
  /// The metric by which cells are compared; nil if the sweep has none with baselines.
  let metric: String?
  /// Whether changes are estimates of attribution patching, since the cells were not run.
  let isEstimated: Bool
  /// How well estimates agree with runs, by metric; empty unless there are both.
  let agreements: [Correlations]
  /// By decreasing magnitude of the change, at most `shown`.
  let strongest: [Cell]
  private static let shown = 5

  /// The attributes of the dataset of a metric's estimates.
  struct Correlations {
    let metric: String
    let pearson: Double
    let spearman: Double
  }

  /// One cell, over the examples that have a value there.
  struct Cell {
    /// One per axis.
    let labels: [AxisLabel]
    /// The mean and its change are those of the metric of the patched run, or of its estimate.
    let effect: Effect
  }

  /// - Throws: `StoreError`.
  init(_ name: String, of results: ResultsReader) throws {
    let sweep = try results.sweep(name)
    self.name = name
    axes = sweep.axes
    examples = sweep.examples
    let runs = try results.baselineRuns()
    let isDenoising = try results.header().direction == PatchingDirection.denoise.rawValue
    let (baseRun, otherRun): (StoredRun, StoredRun) = isDenoising ? (.corrupted, .clean) : (.clean, .corrupted)
    let base = runs.contains(baseRun) ? try results.baseline(baseRun) : [:]
    let other = runs.contains(otherRun) ? try results.baseline(otherRun) : [:]
    func known(_ metrics: [String]) -> [String] { metrics.filter { base[$0] != nil && other[$0] != nil } }
    let estimated = sweep.floatDatasets.compactMap(Schema.Sweep.metric(ofAttribution:))
    agreements = try estimated.compactMap { metric in
      let attributes = try results.store.attributes(
        of: Schema.sweeps.path(name, Schema.Sweep.attribution(of: metric)))
      guard case .number(let pearson)? = attributes[Schema.Sweep.pearson],
        case .number(let spearman)? = attributes[Schema.Sweep.spearman]
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
    let values = try results.values(
      sweep: name, dataset: isEstimated ? Schema.Sweep.attribution(of: metric) : metric)
    let shape = axes.map(\.count) + [examples]
    guard values.shape == shape, baseValues.count == examples, otherValues.count == examples else {
      throw StoreError.wrongShape(
        path: results.store.path, dataset: Schema.sweeps.path(name, metric), found: values.shape,
        expected: "\(shape), as the axes have it, and baselines of \(examples) examples")
    }
    var effects = EffectSums(cells: examples == 0 ? 0 : axes.shape.count, base: baseValues, other: otherValues)
    let (width, measured) = (sweep.examples, isEstimated ? EffectSums.Measured.changes : .values)
    values.withValues { numbers in
      for cell in 0..<effects.cells {
        effects.add(
          Array(numbers[cell * width..<(cell + 1) * width]), cells: cell..<cell + 1, examples: 0..<width,
          measured: measured)
      }
    }
    let cells = (0..<effects.cells).map { (cell: $0, effect: effects[$0]) }.filter { !$0.effect.meanChange.isNaN }
    strongest = cells.sorted { abs($0.effect.meanChange) > abs($1.effect.meanChange) }.prefix(Self.shown).map {
      Cell(labels: sweep.axes.labels(ofCell: $0.cell), effect: $0.effect)
    }
  }

  /// The logit difference if there is one, otherwise the first by name.
  private static func shownMetric(_ metrics: [String]) -> String? {
    metrics.contains("logit_diff") ? "logit_diff" : metrics.first
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
        cell.labels.map(\.text) + [
          decimal(cell.effect.mean, 3), decimal(cell.effect.meanChange, 3), decimal(cell.effect.ratioOfMeans, 3),
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
          for (axis, label) in zip(axes, cell.labels) { labels.append(key: axis.name, value: label.json) }
          return .object([
            "cell": .object(labels), "mean": .number(cell.effect.mean), "change": .number(cell.effect.meanChange),
            "effect": .number(cell.effect.ratioOfMeans),
          ])
        }),
    ])
  }
}

/// JSON cannot represent numbers that are not finite.
private func number(_ value: Double) -> JSONValue { value.isFinite ? .number(value) : .null }

extension AxisLabel {
  fileprivate var json: JSONValue {
    switch self {
    case .integer(let integer): .integer(integer)
    case .number(let number): .number(number)
    case .text(let text): .string(text)
    }
  }
}
