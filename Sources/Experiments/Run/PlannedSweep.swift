import ActivationStore
import Interventions
import LabelledArrays
import Patching

/// A sweep that is known to fit its model and prompts, with the axes that its results have.
public struct PlannedSweep: Sendable {
  /// What the engine is given.
  enum Work: Sendable {
    case site(SweepPlan)
    /// With where the plan's cells are among those of the results.
    case paths(PathPlan, CellGrid)
  }

  public let spec: SweepSpec
  /// The axes of the results, without `example`.
  public let axes: [LabelledAxis]
  /// How many runs there are for each example.
  public let runs: Int
  /// For each cell of the results, whether a path leads from its sender to a receiver; nil for sweeps over sites.
  let hasPath: [Bool]?
  let work: Work

  public var name: String { spec.name }

  /// How many cells the results have.
  public var cells: Int { axes.shape.count }

  /// A cell's label on each axis.
  func labels(ofCell cell: Int) -> [String] { axes.labels(ofCell: cell).map(\.text) }

  init(_ spec: SweepSpec, axes: [LabelledAxis], runs: Int, hasPath: [Bool]?, work: Work) {
    self.spec = spec
    self.axes = axes
    self.runs = runs
    self.hasPath = hasPath
    self.work = work
  }

  /// For each cell, the example that its difference is of; nil where differences are each example's own.
  var sourceExamples: [Int]? {
    guard case .site(let plan) = work, let place = plan.axes.firstIndex(where: { $0.axis == .sourceExample }) else {
      return nil
    }
    return (0..<plan.cells).map { axes.shape.unravel($0)[place] }
  }

  /// - Parameter gradients: how many runs the estimates take.
  init(_ spec: SweepSpec, _ plan: SweepPlan, gradients: Int) {
    let runs = (spec.method.runs ? plan.cells : 0) + (spec.method.estimates ? gradients : 0)
    self.init(spec, axes: plan.labelledAxes, runs: runs, hasPath: nil, work: .site(plan))
  }
}
