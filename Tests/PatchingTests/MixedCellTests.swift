import Execution
import Interventions
import ModelGraph
import Patching
import Tensors
import TestSupport
import Testing

/// Hand-made cells: several edits on several nodes of one run, one after another on one node, at positions that the
/// result does not need.
@Suite struct MixedCellTests {
  @Test(arguments: SmallSpec.all, [GraphOptions(), GraphOptions(splitsInputs: true, separatesResults: true)])
  func randomMixturesOfEditsAgreeWithTheOracle(small: SmallSpec, options: GraphOptions) throws {
    let model = randomModel(small.spec, options)
    let prompts = RandomPrompts.pairs(lengths: [4, 5, 4], vocabulary: 11)
    var maker = try CellMaker(model, base: prompts.base(.denoise), other: prompts.other(.denoise), seed: 11)
    let cells = (0..<150).map { _ in maker.cell() }
    let chosen = prompts.pairs.map { $0.answers + $0.wrongs }
    for columns in [ScoreColumns.whole, .chosen(chosen)] {
      let expected = try Oracle(model).run(cells: cells, base: maker.base.batch, columns: columns)
      let executor = try PartialExecutor(model, base: maker.base, columns: columns)
      let together = try executor.run(cells: cells)
      #expect(expected.changeNorms.contains { $0 > 0 })
      for (i, cell) in cells.enumerated() {
        let alone = try executor.run(cells: [cell])
        for (found, j) in [(together, i), (alone, 0)] {
          let difference = relativeDifference(found.scores[j], expected.scores[i])
          #expect(difference < 1e-5, "\(maker.describe(cell)): scores off by \(difference)")
          let (norm, reference) = (found.changeNorms[j], expected.changeNorms[i])
          #expect(
            norm == reference || abs(norm - reference) <= 1e-5 * max(1, reference) || norm.isNaN && reference.isNaN,
            "\(maker.describe(cell)): change \(norm), not \(reference)")
        }
      }
    }
  }

  @Test func cellsWithoutEditsGiveTheBaseRun() throws {
    for small in SmallSpec.all {
      let model = randomModel(small.spec)
      let prompts = RandomPrompts.pairs(lengths: [4, 1, 3], vocabulary: 11)
      let base = try Oracle(model).run(prompts.base(.noise), keeping: PartialExecutor.keptNodes(model.graph))
      let executor = try PartialExecutor(model, base: base, columns: .whole)
      let results = try executor.run(cells: [2, 0, 1, 0].map { Cell(row: $0, edits: []) })
      let logits = try Oracle(model).lastLogits(base.batch).logits.values
      for (row, scores) in zip([2, 0, 1, 0], results.scores) {
        #expect(relativeDifference(scores, Array(logits[row * 11..<(row + 1) * 11])) < 1e-5, "\(small)")
      }
      #expect(results.changeNorms == [0, 0, 0, 0])
      #expect(try executor.run(cells: []).scores.isEmpty)
    }
  }

  @Test func editsInSequenceOnOneNodeSeeEachOther() throws {
    let model = randomModel(SmallSpec.all[0].spec)
    let batch = try Batch(prompts: [[1, 2, 3]])
    let node = try SiteResolver(model.graph).node(.residPre, layer: 1)
    let base = try Oracle(model).run(batch, keeping: PartialExecutor.keptNodes(model.graph))
    func edit(_ action: PlacedEdit.Action) -> PlacedEdit {
      PlacedEdit(node: node.id, row: 0, positions: 1..<3, features: 2..<5, action: action)
    }
    let sequences: [[PlacedEdit]] = [
      [edit(.zero), edit(.add([1, 2, 3], times: 2))], [edit(.set([2, 4, 6]))],
      [edit(.set([1, 2, 3])), edit(.scale(2))], [edit(.scale(0)), edit(.set([2, 4, 6]))],
    ]
    let results = try PartialExecutor(model, base: base, columns: .whole).run(
      cells: sequences.map { Cell(row: 0, edits: $0) })
    for scores in results.scores { #expect(scores == results.scores[0]) }
    // 2 positions of (1, 2, 3): from 0 by the first edit to (2, 4, 6) by the second, and so for (1, 2, 3) to (2, 4, 6).
    let zeroed = results.changeNorms[0] * results.changeNorms[0] - 2 * (4 + 16 + 36)
    let scaled = results.changeNorms[3] * results.changeNorms[3] - 2 * (4 + 16 + 36)
    #expect(abs(zeroed - scaled) < 1e-5)
  }

  @Test func anEditThatWouldNeverFireIsRefused() throws {
    let model = randomModel(SmallSpec.all[0].spec)
    let batch = try Batch(prompts: [[1, 2, 3], [4, 5]])
    let base = try Oracle(model).run(batch, keeping: PartialExecutor.keptNodes(model.graph))
    let executor = try PartialExecutor(model, base: base, columns: .whole)
    let (stream, pattern) = (
      try SiteResolver(model.graph).node(.residPre, layer: 1), try SiteResolver(model.graph).node(.pattern, layer: 1)
    )
    let edits = [
      PlacedEdit(node: stream.id, row: 1, positions: 2..<3, features: 0..<8, action: .zero),
      PlacedEdit(node: stream.id, row: 1, positions: 1..<1, features: 0..<8, action: .zero),
      PlacedEdit(node: stream.id, row: 1, positions: 1..<2, features: 3..<3, action: .zero),
      PlacedEdit(node: pattern.id, row: 1, positions: 1..<3, features: 0..<1, action: .zero),
      PlacedEdit(node: pattern.id, row: 1, positions: 1..<2, features: 0..<1, sources: 2..<3, action: .zero),
    ]
    for edit in edits {
      let expected = RunError.editOutsideRow(
        hook: edit.node == stream.id ? "blocks.1.hook_resid_pre" : "blocks.1.attn.hook_pattern", example: 1,
        positions: edit.positions, length: 2)
      #expect(throws: expected) { try executor.run(cells: [Cell(row: 1, edits: [edit])]) }
      // The oracle puts cells into a batch of its own, and names the row in that.
      #expect(throws: RunError.self) {
        try Oracle(model).run(cells: [Cell(row: 1, edits: [edit])], base: batch, columns: .whole)
      }
    }
  }
}
