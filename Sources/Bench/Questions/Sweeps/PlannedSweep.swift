import ActivationStore
import LabelledArrays
import Patching

/// A sweep that fits its model and prompts, with the axes of its results.
public struct PlannedSweep: Sendable {
  /// What the engine runs.
  enum Work: Sendable {
    case site(SweepPlan)
    /// With the places of the plan's cells among those of the results.
    case paths(PathPlan, CellGrid)
  }

  public let spec: SweepSpec
  /// The axes of the results, without `example`.
  public let axes: [LabelledAxis]
  public let runs: Int
  /// For each cell of the results, whether a path leads from its sender to a receiver; nil for sweeps over sites.
  let hasPath: [Bool]?
  let work: Work
  let engine: PatchingEngine

  public var name: String { spec.name }

  /// How many cells the results have.
  public var cells: Int { axes.shape.count }

  /// A cell's label on each axis.
  func labels(ofCell cell: Int) -> [String] { axes.labels(ofCell: cell).map(\.text) }

  init(
    _ spec: SweepSpec, axes: [LabelledAxis], runs: Int, hasPath: [Bool]?, work: Work, engine: PatchingEngine
  ) {
    self.spec = spec
    self.axes = axes
    self.runs = runs
    self.hasPath = hasPath
    self.work = work
    self.engine = engine
  }

  init(_ spec: SweepSpec, _ plan: SweepPlan, engine: PatchingEngine) {
    // Estimating all cells of an example takes one run per metric.
    let runs = (spec.method.runs ? plan.cells : 0) + (spec.method.estimates ? engine.metrics.count : 0)
    self.init(spec, axes: plan.labelledAxes, runs: runs, hasPath: nil, work: .site(plan), engine: engine)
  }

  /// For each cell, the example that its difference comes from; nil if differences are each example's own.
  var sourceExamples: [Int]? {
    guard case .site(let plan) = work, let place = plan.axes.firstIndex(where: { $0.axis == .sourceExample }) else {
      return nil
    }
    return (0..<plan.cells).map { axes.shape.unravel($0)[place] }
  }
}

// MARK: Its results

extension PlannedSweep {
  /// The datasets of its group.
  var declaration: SweepDeclaration {
    var attributes = spec.attributes
    attributes[Schema.ResultsRoot.direction] = .text(engine.direction.rawValue)
    let method = spec.method
    attributes[Schema.Sweep.method] = .text(method.rawValue)
    var extras: [SweepDeclaration.Extra] = []
    if hasPath != nil { extras.append(.init(Schema.Sweep.hasPath, .int8, perExample: false)) }
    if method.estimates { extras += engine.metrics.map { .init(Schema.Sweep.attribution(of: $0.rawValue), .float32) } }
    return SweepDeclaration(
      name: name, axes: axes, metrics: method.runs ? engine.metrics.map(\.rawValue) : [], extras: extras,
      attributes: attributes)
  }

  /// The datasets of flags, by name: values row-major over the cells.
  var flags: [String: [Int8]] { hasPath.map { [Schema.Sweep.hasPath: $0.map { $0 ? 1 : 0 }] } ?? [:] }

  /// What is to be done in each cell.
  var passes: [PartialResults.Pass] { (spec.method.runs ? [.run] : []) + (spec.method.estimates ? [.estimate] : []) }
}
