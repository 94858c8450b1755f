import ActivationStore
import ExperimentFile
import LabelledArrays
import ModelGraph
import Patching

/// What the directions that a sweep adds do together and each alone: `/additivity/NAME`.
struct PlannedAdditivity: PlannedQuestion {
  private let sweep: PlannedSweep
  private let plan: SweepPlan
  private let nodes: [Node]
  private let rows: ExampleRows

  var name: String { sweep.name }
  var stage: String { "\(name), additivity" }
  var runs: Int { sweep.cells }
  var room: AnswerRoom { .rows(PartialResults.Table(name: table, width: rows.width)) }

  private var table: String { "additivity.\(name)" }
  private var directions: Int { plan.sweep.edit.additions.count }
  private var hooks: [String] { nodes.map { $0.hook?.text ?? "" } }

  /// - Throws: `ExperimentError` at the line of the activations, if the model does not have them.
  init(of sweep: PlannedSweep, _ spec: AdditivitySpec) throws {
    guard case .site(let plan) = sweep.work else { preconditionFailure("only sweeps over sites add directions") }
    self.sweep = sweep
    self.plan = plan
    do {
      nodes = spec.hooks.isEmpty ? [] : try sweep.engine.model.graph.nodes(matching: spec.hooks)
    } catch {
      throw ExperimentError.wrapping(error, at: spec.place)
    }
    // A single direction has no interaction.
    let interacts = plan.sweep.edit.additions.count > 1
    let parts = [Schema.Additivity.change] + (interacts ? [Schema.Additivity.interaction] : [])
    var columns = parts.flatMap { part in
      sweep.engine.metrics.map { ExampleRows.Column(part($0.rawValue), sweep.axes) }
    }
    if !nodes.isEmpty {
      let axes = sweep.axes + [LabelledAxis(Schema.Axis.activation, .texts(nodes.map { $0.hook?.text ?? "" }))]
      columns.append(.init(Schema.Additivity.changeNorm, axes))
      if interacts { columns.append(.init(Schema.Additivity.interactionNorm, axes)) }
    }
    rows = ExampleRows(columns)
  }

  func answer(_ unit: UnitOfWork) throws {
    guard !unit.missing(fromRows: table).isEmpty else { return }
    let found = try sweep.engine.additivity(plan, of: nodes.map(\.id), block: unit.block) { _ in try unit.check() }
    try unit.add(
      AnswerBlock(
        stage: stage, .rows(table: table), examples: unit.block,
        values: rows.columns.map { .init($0.name, values(of: $0.name, found)) }, runs: runs * unit.block.count))
  }

  private func values(of column: String, _ found: Additivity) -> [Float] {
    switch column {
    case Schema.Additivity.changeNorm: return found.changeNorms
    case Schema.Additivity.interactionNorm: return found.interactionNorms
    default:
      for metric in sweep.engine.metrics {
        if column == Schema.Additivity.change(of: metric.rawValue) { return found.changes[metric] ?? [] }
        if column == Schema.Additivity.interaction(of: metric.rawValue) { return found.interactions[metric] ?? [] }
      }
      preconditionFailure("a column is of a metric or of norms")
    }
  }

  func finish(_ finishing: Finishing) throws -> (any QuestionSummary)? {
    var group = ArrayGroup(Schema.additivity.path(name), attributes: sweep.spec.attributes)
    for array in try rows.arrays(from: finishing.partial, table: table, check: finishing.check) { group.add(array) }
    try finishing.results.write(group)
    return try summary(group)
  }

  func summary(of results: ResultsReader, baselines: Baselines) throws -> (any QuestionSummary)? {
    try summary(try StoredGroup(Schema.additivity.path(name), in: results.store).floats())
  }

  private func summary(_ group: ArrayGroup) throws -> AdditivitySummary {
    let metric = sweep.engine.metrics[0]
    func of(_ column: String, activation: Int? = nil) throws -> Double {
      guard var array = group[column] else { return .nan }
      if let activation { array = try array.select(Schema.Axis.activation, at: activation) }
      return rootMeanSquare(try array.numbers())
    }
    return AdditivitySummary(
      sweep: name, metric: metric, change: try of(Schema.Additivity.change(of: metric.rawValue)),
      interaction: try of(Schema.Additivity.interaction(of: metric.rawValue)),
      activations: try hooks.enumerated().map { place, hook in
        (
          hook, try of(Schema.Additivity.changeNorm, activation: place),
          try of(Schema.Additivity.interactionNorm, activation: place)
        )
      },
      directions: directions)
  }
}

/// Over the values that exist.
private func rootMeanSquare(_ values: [Float]) -> Double {
  let there = values.filter(\.isFinite)
  guard !there.isEmpty else { return .nan }
  return (there.reduce(0) { $0 + Double($1) * Double($1) } / Double(there.count)).squareRoot()
}
