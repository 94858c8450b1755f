import ActivationStore
import LabelledArrays
import Tensors

/// One sweep as the file has it.
struct SweepData: Sendable {
  let name: String
  /// Of the cells, outermost first.
  let axes: [LabelledAxis]
  let examples: Int
  let attributes: [String: Attribute]
  /// Of each metric, [cell, example]: the patched run; NaN where there is nothing.
  let values: [String: [Float]]
  /// Of each metric, [cell, example]: the estimated change from the base run.
  let estimates: [String: [Float]]
  /// [cell, example], empty where the file has none.
  let changeNorms: [Float]
  /// For each cell, 1 where there is a path, 0 where there is none; nil for sweeps over sites.
  let hasPath: [Int8]?
  /// Of each metric, how well estimates agree with the runs over cells.
  let correlations: [String: (pearson: Double, spearman: Double)]

  static let estimateSuffix = "_attribution"
  /// The axis of sweeps that carry one example's difference into all others.
  static let sourceAxis = "source_example"

  init(_ name: String, in results: ResultsReader, metrics: [String]) throws {
    let sweep = try results.sweep(name)
    self.name = name
    (axes, examples, attributes) = (sweep.axes, sweep.examples, sweep.attributes)
    let cells = sweep.axes.reduce(1) { $0 * $1.count }
    func read(_ dataset: String) throws -> [Float]? {
      guard sweep.floatDatasets.contains(dataset) else { return nil }
      let values = try results.values(sweep: name, dataset: dataset).values
      guard values.count == cells * sweep.examples else {
        throw StoreError.wrongShape(
          path: results.store.path, dataset: "/sweeps/\(name)/\(dataset)", found: [values.count],
          expected: "\(cells) cells of \(sweep.examples) examples")
      }
      return values
    }
    var values: [String: [Float]] = [:]
    var estimates: [String: [Float]] = [:]
    var correlations: [String: (pearson: Double, spearman: Double)] = [:]
    for metric in metrics {
      values[metric] = try read(metric)
      estimates[metric] = try read(metric + Self.estimateSuffix)
      guard estimates[metric] != nil else { continue }
      let attributes = try results.store.attributes(of: "/sweeps/\(name)/\(metric)\(Self.estimateSuffix)")
      if case .number(let pearson)? = attributes["pearson"], case .number(let spearman)? = attributes["spearman"] {
        correlations[metric] = (pearson, spearman)
      }
    }
    (self.values, self.estimates, self.correlations) = (values, estimates, correlations)
    changeNorms = try read("change_norm") ?? []
    if sweep.flagDatasets.contains("has_path") {
      let flags = try results.flags(sweep: name, dataset: "has_path")
      hasPath = flags.count == cells ? flags : nil
    } else {
      hasPath = nil
    }
  }

  var cells: Int { axes.reduce(1) { $0 * $1.count } }
  var isPath: Bool { attributes["freeze"] != nil || axes.contains { ["sender", "sender_layer"].contains($0.name) } }
  func text(_ key: String) -> String? { attributes[key]?.plain }

  /// A cell's entry on each axis.
  func indices(ofCell cell: Int) -> [Int] {
    var rest = cell
    return axes.reversed().map { axis -> Int in
      defer { rest /= axis.count }
      return rest % axis.count
    }.reversed()
  }

  /// A cell's labels, one for each axis.
  func labels(ofCell cell: Int) -> [String] {
    zip(axes, indices(ofCell: cell)).map { $0.labels.shown[$1] }
  }

  /// How many cells have a number for some example, or are known to have none.
  var done: Int {
    let all = Array(values.values) + Array(estimates.values)
    guard let first = all.first else { return 0 }
    return (0..<cells).count { cell in
      hasPath?[cell] == 0 || first[cell * examples..<(cell + 1) * examples].contains { !$0.isNaN }
    }
  }
}
