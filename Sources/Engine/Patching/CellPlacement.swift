import Execution
import Interventions
import LabelledArrays
import ModelGraph

/// Turns a plan's cells into placed edits, given the two runs.
struct CellPlacement: Sendable {
  let plan: SweepPlan
  /// The run that is edited, with the edited nodes kept if an edit needs them.
  let base: Activations
  /// They place the sweep's own edit, and each standing edit.
  private let own: EditPlacer
  private let standing: [EditPlacer]

  /// - Parameters:
  ///   - own: what the sweep's own edit takes numbers from, besides the base run.
  ///   - standing: what each standing edit takes numbers from.
  ///   - examples: the differences of all examples; nil if none are added.
  init(
    plan: SweepPlan, graph: ModelGraph, base: Activations, own: EditSource, standing: [EditSource],
    examples: ExampleDifferences?
  ) throws {
    self.plan = plan
    self.base = base
    self.own = try EditPlacer(
      plan.sweep.edit, at: plan.sweep.site, in: graph, from: own.with(base: base, examples: examples))
    self.standing = try zip(plan.sweep.standing, standing).map { intervention, source in
      try EditPlacer(
        intervention.edit, at: intervention.site, in: graph, from: source.with(base: base, examples: nil))
    }
  }

  /// The edits of one cell in one row, or nil if the row has no such position.
  func edits(cell: Int, row: Int) throws -> [PlacedEdit]? { try edits(at: point(ofCell: cell), row: row) }

  /// The point of the sweep that a cell is at.
  func point(ofCell cell: Int) -> EditPoint {
    var point = EditPoint(of: plan.sweep.edit)
    for (planned, index) in zip(plan.axes, Shape(plan.shape).unravel(cell)) {
      switch planned.axis {
      case .coefficient: point.coefficients[0] = planned.labels[index]
      case .laterCoefficient(let number): point.coefficients[number - 1] = planned.labels[index]
      case .sourceExample: point.example = index
      case .site(let axis): point.entries[axis] = Int(planned.labels[index])
      }
    }
    return point
  }

  /// The edits of one point in one row, or nil if the row has no such position.
  func edits(at point: EditPoint, row: Int) throws -> [PlacedEdit]? {
    let length = base.batch.length(row)
    var edits: [PlacedEdit] = []
    for placer in standing {
      guard let placed = try placer.edits(row: row, length: length) else { return nil }
      edits += placed
    }
    guard let placed = try own.edits(row: row, length: length, at: point) else { return nil }
    return edits + placed
  }
}
