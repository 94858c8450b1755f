import ActivationStore
import Interventions
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
  public var cells: Int { axes.reduce(1) { $0 * $1.count } }

  /// A cell's label on each axis.
  func labels(ofCell cell: Int) -> [String] {
    var rest = cell
    return axes.reversed().map { axis -> String in
      defer { rest /= axis.count }
      return axis.labels.text(rest % axis.count)
    }.reversed()
  }

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
    return (0..<plan.cells).map { plan.indices(ofCell: $0)[place] }
  }

  /// - Parameter gradients: how many runs the estimates take.
  init(_ spec: SweepSpec, _ plan: SweepPlan, gradients: Int) {
    let runs = (spec.method.runs ? plan.cells : 0) + (spec.method.estimates ? gradients : 0)
    self.init(spec, axes: plan.axes.map(\.labelled), runs: runs, hasPath: nil, work: .site(plan))
  }
}

extension AxisLabels {
  /// The label of one entry as text; numbers without a fraction that they do not have.
  func text(_ index: Int) -> String {
    switch self {
    case .integers(let labels): "\(labels[index])"
    case .numbers(let labels): Int(exactly: labels[index]).map { "\($0)" } ?? "\(labels[index])"
    case .texts(let labels): labels[index]
    }
  }
}

extension PlannedAxis {
  fileprivate var labelled: LabelledAxis {
    switch axis {
    case .coefficient, .laterCoefficient: LabelledAxis(axis.name, .numbers(labels.map(shortest)))
    case .site, .sourceExample:
      LabelledAxis(axis.name, names.map { .texts($0) } ?? .integers(labels.map { Int($0) }))
    }
  }
}

/// The double that is written like a float: 0.1 rather than 0.10000000149.
func shortest(_ number: Float) -> Double { Double("\(number)") ?? Double(number) }
