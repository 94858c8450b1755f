import Execution
import Interventions
import LabelledArrays
import ModelGraph

/// Turns a plan's cells into placed edits, given the two runs.
struct CellPlacement: Sendable {
  let plan: SweepPlan
  let graph: ModelGraph
  /// The run that is edited, with the edited nodes kept where an edit needs them.
  let base: Activations
  /// What the sweep's own edit takes from.
  let own: EditSource
  /// What each standing edit takes from.
  let standing: [EditSource]
  /// The differences of all examples; nil where none are added.
  let examples: ExampleDifferences?

  /// The edits of one cell in one row, or nil where the row has no such position.
  func edits(cell: Int, row: Int) throws -> [PlacedEdit]? { try edits(at: point(ofCell: cell), row: row) }

  /// What a cell stands for.
  func point(ofCell cell: Int) -> CellPoint {
    var point = CellPoint(coefficients: plan.sweep.edit.additions.map { $0.coefficients[0] })
    for (planned, index) in zip(plan.axes, Shape(plan.shape).unravel(cell)) {
      switch planned.axis {
      case .coefficient: point.coefficients[0] = planned.labels[index]
      case .laterCoefficient(let number): point.coefficients[number - 1] = planned.labels[index]
      case .sourceExample: point.example = index
      case .site(let axis): point.selectors[axis] = .index(Int(planned.labels[index]))
      }
    }
    return point
  }

  /// The edits of one point in one row, or nil where the row has no such position.
  func edits(at point: CellPoint, row: Int) throws -> [PlacedEdit]? {
    var edits: [PlacedEdit] = []
    for (standing, source) in zip(plan.sweep.standing, standing) {
      let fixed = CellPoint(coefficients: standing.edit.additions.map { $0.coefficients[0] })
      guard let placed = try place(standing.site, standing.edit, source, at: fixed, row: row) else { return nil }
      edits += placed
    }
    guard let placed = try place(plan.sweep.site, plan.sweep.edit, own, at: point, row: row) else { return nil }
    return edits + placed
  }

  private func place(
    _ site: Site, _ edit: Edit, _ source: EditSource, at point: CellPoint, row: Int
  ) throws -> [PlacedEdit]? {
    let length = base.batch.length(row)
    func selector(_ axis: SiteAxis) -> Selector { point.selectors[axis] ?? site[axis] }
    var indices: [SiteAxis: [Int]] = [:]
    for axis in site.name.axes where axis.isOfPrompt && selector(axis) != .all {
      let chosen = selector(axis).indices(count: length)
      if chosen.isEmpty { return nil }
      indices[axis] = chosen
    }
    let resolver = SiteResolver(graph)
    let layers: [Int]
    switch site.name.layerAxis {
    case .layer?: layers = selector(.layer).indices(count: graph.dimensions.layers)
    case let axis?: layers = selector(axis).indices(count: try resolver.layers(try Site(site.name)).count)
    case nil: layers = [0]
    }
    return try layers.flatMap { layer in
      let node = try resolver.node(site.name, layer: layer)
      for axis in [SiteAxis.head, .neuron, .channel, .row, .column, .unit]
      where site.name.axes.contains(axis) && selector(axis) != .all {
        indices[axis] = selector(axis).indices(count: resolver.count(axis, node))
      }
      let target = EditTarget(
        node: node, layer: layer, row: row, length: length, indices: indices, positions: selector(.position))
      return try actions(of: edit, source, on: target, at: point)
    }
  }

  private func actions(
    of edit: Edit, _ source: EditSource, on target: EditTarget, at point: CellPoint
  ) throws -> [PlacedEdit] {
    switch edit {
    case .patch, .resample: return target.placed(.replace(from: source.other, row: target.row), graph)
    case .zero: return target.placed(.zero, graph)
    case .mean: return target.placed(.replace(from: source.other, row: 0), graph)
    case .scale(let factor): return target.placed(.scale(factor), graph)
    case .projectOut(let vectors, let layers):
      let unit = SweepPlan.unit(try SweepPlan.vector(for: target.layer, vectors, layers: layers))
      return target.placed(.projectOut(unit), graph)
    case .add, .addSeveral:
      return try zip(edit.additions, point.coefficients).flatMap { addition, coefficient in
        try add(addition.direction, times: coefficient, source, on: target, at: point)
      }
    }
  }

  private func add(
    _ direction: Edit.Direction, times coefficient: Float, _ source: EditSource, on target: EditTarget,
    at point: CellPoint
  ) throws -> [PlacedEdit] {
    switch direction {
    case .difference:
      let action = PlacedEdit.Action.addDifference(
        of: source.other, row: target.row, minus: base, minusRow: target.row, times: coefficient)
      return target.placed(action, graph)
    case .vectors(let vectors, let layers):
      let vector = try SweepPlan.vector(for: target.layer, vectors, layers: layers)
      return target.placed(.zero, graph).map { $0.adding(Array(vector[$0.features]), times: coefficient) }
    case .sequences(let sequences, let layers):
      guard let place = layers.firstIndex(of: target.layer) else {
        throw InterventionError.noVectorForLayer(layer: target.layer, layers: layers)
      }
      return target.placed(.zero, graph).flatMap { edit in
        edit.positions.clamped(to: 0..<sequences[place].count).map { position in
          edit.adding(Array(sequences[place][position][edit.features]), times: coefficient, at: position)
        }
      }
    case .exampleDifference:
      guard let examples, let example = point.example else {
        preconditionFailure("an example's difference is added at a point of that axis")
      }
      // Chosen positions of the two prompts are aligned in their order: from the first on where all are chosen, from the end where they are counted from it.
      let theirs = target.positions.indices(count: examples.length(example))
      let ours = target.positions.indices(count: target.length)
      return zip(ours, theirs).flatMap { position, from in
        target.placed(.zero, graph, positions: [position]).map { edit in
          let vector = examples.difference(of: target.node, example: example, position: from, edit.features)
          return edit.adding(vector, times: coefficient)
        }
      }
    }
  }
}

/// What a cell stands for: entries of the site's axes, a coefficient for each direction, and the example that differences are taken from.
struct CellPoint {
  /// The axes swept over; the site's own choice holds for the others.
  var selectors: [SiteAxis: Selector] = [:]
  var coefficients: [Float]
  var example: Int?

  init(coefficients: [Float]) { self.coefficients = coefficients }
}

/// The run that an edit takes numbers from. For a mean, one row that stands for all; for a resample, each row is its partner's.
struct EditSource: Sendable {
  let other: Activations
}

/// One layer's part of an edit.
private struct EditTarget {
  let node: Node
  let layer: Int
  let row: Int
  let length: Int
  let indices: [SiteAxis: [Int]]
  /// As written or swept over.
  let positions: Selector

  func placed(_ action: PlacedEdit.Action, _ graph: ModelGraph, positions: [Int]? = nil) -> [PlacedEdit] {
    var indices = indices
    if let positions { indices[.position] = positions }
    return SiteResolver(graph).place(node, row: row, length: length, at: indices, action: action)
  }
}

extension PlacedEdit {
  /// The same place with a vector added.
  fileprivate func adding(_ vector: [Float], times: Float, at position: Int? = nil) -> PlacedEdit {
    PlacedEdit(
      node: node, row: row, positions: position.map { $0..<$0 + 1 } ?? positions, features: features, sources: sources,
      action: .add(vector, times: times))
  }
}
