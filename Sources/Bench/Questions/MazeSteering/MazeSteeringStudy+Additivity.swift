import Execution
import Mazes
import ModelGraph
import Tensors

extension MazeSteeringStudy {
  /// How far the change of later activations is from the sum of the vectors' separate effects; for a single vector,
  /// from the coefficient times the effect of coefficient 1.
  func measureAdditivity(
    _ maze: Maze, _ decision: Decision, _ own: (site: Node, vectors: [[Float]]), _ outcome: inout Outcome
  ) throws {
    let cells = spec.cells
    let batch = try Batch(observations: observations(of: [try maze.withMouse(at: decision.square)]))
    let plain = try Oracle(model).run(batch, keeping: [own.site.id])
    outcome.activationLength = plain.withExample(0, of: own.site) { Self.length($0) }
    guard !later.isEmpty else { return }
    // Unsteered, every cell, and what each is compared with: its terms one at a time, or coefficient 1.
    var wanted: [[Float]] = [[Float](repeating: 0, count: spec.terms.count)] + cells
    if spec.terms.count == 1 {
      wanted.append([1])
    } else {
      for cell in cells {
        for term in cell.indices { wanted.append(cell.indices.map { $0 == term ? cell[$0] : 0 }) }
      }
    }
    let run = try Oracle(model).run(
      batch.gathering(rows: wanted.map { _ in 0 }),
      edits: wanted.enumerated().flatMap { row, cell in
        try edits(own.vectors, own.site, cell, rows: 1)[0].map { $0.moved(toRow: row) }
      }, keeping: later.map(\.id))
    for node in later {
      func change(_ row: Int) -> [Float] {
        run.withExample(0, of: node) { base in run.withExample(row, of: node) { zip($0, base).map { $0 - $1 } } }
      }
      var (effects, interactions): ([Float], [Float]) = ([], [])
      for (place, cell) in cells.enumerated() {
        let whole = change(1 + place)
        var parts = [Float](repeating: 0, count: whole.count)
        if spec.terms.count == 1 {
          let unit = change(1 + cells.count)
          for i in parts.indices { parts[i] = cell[0] * unit[i] }
        } else {
          for term in cell.indices {
            let own = change(1 + cells.count + place * cell.count + term)
            for i in parts.indices { parts[i] += own[i] }
          }
        }
        effects.append(Float(Self.length(whole)))
        interactions.append(Float(Self.length(zip(whole, parts).map { $0 - $1 })))
      }
      outcome.effects.append(effects)
      outcome.interactions.append(interactions)
    }
  }
}
