import Execution
import Mazes
import ModelGraph
import Patching

extension MazeSteeringStudy {
  /// The changes of later activations at the decision square, and their interactions as defined by `AdditiveParts`.
  func measureAdditivity(
    _ maze: Maze, _ decision: Decision, _ own: (site: Node, vectors: [[Float]]), _ outcome: inout Outcome
  ) throws {
    let cells = spec.cells
    let batch = try Batch(observations: observations(of: [try maze.withMouse(at: decision.square)]))
    let plain = try Oracle(model).run(batch, keeping: [own.site.id])
    outcome.activationLength = plain.withExample(0, of: own.site) { Self.length($0) }
    guard !later.isEmpty else { return }
    // Unsteered, every cell, and what each is compared with; for a single vector, one run serves all cells.
    let held = cells.map(AdditiveParts.init)
    let alone = held.prefix(spec.terms.count == 1 ? 1 : held.count).flatMap(\.parts).map(\.coefficients)
    let wanted = [[Float](repeating: 0, count: spec.terms.count)] + cells + alone
    let run = try Oracle(model).run(
      batch.gathering(rows: wanted.map { _ in 0 }),
      edits: wanted.enumerated().flatMap { row, cell in
        try edits(own.vectors, own.site, cell, rows: 1)[0].map { $0.moved(toRow: row) }
      }, keeping: later.map(\.id))
    for node in later {
      let values = wanted.indices.map { row in run.withExample(row, of: node) { Array($0) } }
      outcome.effects.append(cells.indices.map { AdditiveParts.changeNorm(from: values[0], to: values[1 + $0]) })
      outcome.interactions.append(
        held.enumerated().map { place, held in
          let first = 1 + cells.count + (spec.terms.count == 1 ? 0 : place * spec.terms.count)
          let alone = Array(values[first..<first + held.parts.count])
          return held.interactionNorm(from: values[0], to: values[1 + place], alone: alone)
        })
    }
  }
}
