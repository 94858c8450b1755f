import Checkpoints
import Diagnostics
import Execution
import ModelGraph
import Patching
import Tensors
import TestSupport
import Testing

/// Whole models with every flag, with and without edits, compared with differences in double precision.
@Suite struct ModelGradientTests {
  static let options = [GraphOptions(), GraphOptions(splitsInputs: true, separatesResults: true)]

  private static func batches(_ spec: TransformerSpec) throws -> (base: Batch, other: Batch) {
    let pairs = RandomPrompts.pairs(lengths: [3, 1, 5, 3], vocabulary: spec.vocabulary).pairs
    return (try Batch(prompts: pairs.map(\.clean)), try Batch(prompts: pairs.map(\.corrupted)))
  }

  /// Two independent computations of everything.
  @Test(arguments: SmallSpec.all) func doublePrecisionAgreesWithTheOracle(small: SmallSpec) throws {
    for options in Self.options {
      let model = randomModel(small.spec, options)
      let (batch, other) = try Self.batches(small.spec)
      let ids = model.graph.nodes.map(\.id)
      let source = try Oracle(model).run(other, keeping: ids)
      var maker = EditMaker(model.graph, base: try Oracle(model).run(batch, keeping: ids), other: source, seed: 5)
      for edits in [[]] + (0..<4).map({ _ in maker.edits() }) {
        let oracle = try Oracle(model).run(batch, edits: edits, keeping: ids)
        let run = DoubleRun(model, batch, edits: edits)
        for node in model.graph.nodes {
          let values = run.values[node.id.index].map { Float($0) }
          let difference = relativeDifference(values, try #require(oracle[node.id]).values)
          #expect(difference < 1e-5, "\(node.hook?.text ?? "\(node.operation)"): \(difference)")
        }
      }
    }
  }

  @Test(arguments: SmallSpec.all) func everyNodeAndWeight(small: SmallSpec) throws {
    for options in Self.options {
      let model = randomModel(small.spec, options)
      let (batch, _) = try Self.batches(small.spec)
      for entries in [batch.lastEntries, [0, 3, 4, 6, 11]] {
        let check = try SlopeCheck(model, batch, at: entries, nodes: model.graph.nodes)
        for finding in check.findings(sample: 6) {
          #expect(finding.error < 1e-5, "\(finding.name): \(finding.error)")
        }
      }
    }
  }

  /// Every action of an edit, on nodes of every layout, one to three at a time.
  @Test(arguments: SmallSpec.all) func underEdits(small: SmallSpec) throws {
    for (options, seed) in zip(Self.options, [UInt64(1), 2]) {
      let model = randomModel(small.spec, options)
      let (batch, other) = try Self.batches(small.spec)
      let ids = model.graph.nodes.map(\.id)
      let (base, source) = (try Oracle(model).run(batch, keeping: ids), try Oracle(model).run(other, keeping: ids))
      var maker = EditMaker(model.graph, base: base, other: source, seed: seed)
      for round in 0..<EditMaker.actions {
        let edits = maker.edits(action: round)
        let check = try SlopeCheck(
          model, batch, edits: edits, at: [2, 3, 7, 8, 11], nodes: model.graph.nodes)
        for finding in check.findings(sample: 3, seed: UInt64(round)) {
          #expect(finding.error < 2e-5, "\(finding.name) under \(edits.map { maker.describe($0) }): \(finding.error)")
        }
      }
    }
  }
}
