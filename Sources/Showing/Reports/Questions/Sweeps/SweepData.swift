import ActivationStore
import LabelledArrays

/// One sweep as stored.
struct SweepData: Sendable {
  let name: String
  /// The axes of the cells, outermost first.
  let axes: [LabelledAxis]
  let examples: Int
  let attributes: [String: Attribute]
  /// For each metric [axes..., example], the patched run; NaN if missing.
  let runs: [String: LabelledArray]
  /// For each metric [axes..., example], the estimated change from the base run.
  let estimates: [String: LabelledArray]
  /// For each cell, 1 if there is a path, 0 if there is none; nil for sweeps over sites.
  let hasPath: [Int8]?

  /// - Throws: `StoreError`, which names the dataset.
  init(_ group: StoredGroup, in file: ReportFile) throws {
    name = group.name
    let sweep = try ResultsReader(file.store).sweep(name)
    (axes, examples, attributes) = (sweep.axes, sweep.examples, sweep.attributes)
    let own = sweep.axes.map(\.name) + [Schema.Axis.example]
    func read(_ dataset: String) throws -> LabelledArray? {
      guard group.has(dataset) || sweep.floatDatasets.contains(dataset) else { return nil }
      let axes = group.axes(of: dataset) ?? []
      guard axes.map(\.name) == own else {
        throw StoreError.wrongShape(
          path: file.path, dataset: "\(group.path)/\(dataset)", found: axes.map(\.count),
          expected: "the axes \(own.joined(separator: ", "))")
      }
      return try group.numbers(dataset)
    }
    var (runs, estimates): ([String: LabelledArray], [String: LabelledArray]) = ([:], [:])
    for metric in file.metrics {
      runs[metric] = try read(metric)
      estimates[metric] = try read(Schema.Sweep.attribution(of: metric))
    }
    (self.runs, self.estimates) = (runs, estimates)
    let flags =
      sweep.flagDatasets.contains(Schema.Sweep.hasPath)
      ? try ResultsReader(file.store).flags(sweep: name, dataset: Schema.Sweep.hasPath) : nil
    hasPath = flags?.count == axes.shape.count ? flags : nil
  }

  var cells: Int { axes.shape.count }
  var isPath: Bool {
    attributes[Schema.Sweep.freeze] != nil || axes.contains { ["sender", "sender_layer"].contains($0.name) }
  }
  func text(_ key: String) -> String? { attributes[key]?.plain }

  /// A cell's entry on each axis.
  func indices(ofCell cell: Int) -> [Int] { axes.shape.unravel(cell) }

  /// A cell's labels, one per axis.
  func labels(ofCell cell: Int) -> [String] { axes.labels(ofCell: cell).map(\.shown) }

  /// How well a metric's estimates agree with the runs over cells; nil if the file does not record it.
  func correlations(_ metric: String) -> (pearson: Double, spearman: Double)? {
    guard let attributes = estimates[metric]?.attributes,
      case .number(let pearson)? = attributes[Schema.Sweep.pearson],
      case .number(let spearman)? = attributes[Schema.Sweep.spearman]
    else { return nil }
    return (pearson, spearman)
  }

  /// How many cells have a number for some example, or are known to have none.
  func done() throws -> Int {
    guard let first = try (Array(runs.values) + Array(estimates.values)).first?.numbers() else { return 0 }
    return (0..<cells).count { cell in
      hasPath?[cell] == 0 || first[cell * examples..<(cell + 1) * examples].contains { !$0.isNaN }
    }
  }
}
