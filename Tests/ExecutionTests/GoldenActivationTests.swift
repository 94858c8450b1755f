import Checkpoints
import Execution
import ModelGraph
import Tensors
import TestSupport
import Testing

@Suite struct GoldenActivationTests {
  @Test(arguments: GoldenModel.families, [GraphOptions(), GraphOptions(splitsInputs: true, separatesResults: true)])
  func everyActivationAgreesWithTheReference(family: String, options: GraphOptions) throws {
    let golden = try GoldenModel(family)
    let model = golden.loaded.model(options)
    for run in ["clean", "corrupted"] {
      let hooked = model.graph.nodes.filter { $0.hook != nil }
      let prompts = try golden.tokens(run)
      let batch = try Batch(prompts: prompts)
      let activations = try Oracle(model).run(batch, keeping: hooked.map(\.id))
      var compared = 0
      for node in hooked {
        guard let hook = node.hook, golden.values.contains("/\(run)/\(hook)") else { continue }
        let reference = try golden.reference("/\(run)/\(hook)")
        #expect(reference.shape == node.layout.sizes(examples: prompts.count, positions: prompts[0].count), "\(hook)")
        let own = try #require(activations[node.id]).values
        // Masked scores: the reference stores the lowest float, we store -infinity.
        let masked = zip(own, reference.values).map { $1 < -1e30 && $0 == -.infinity ? $1 : $0 }
        let difference = largestDifference(masked, reference.values)
        #expect(difference < 1e-4, "\(run) \(hook): \(difference)")
        compared += 1
      }
      // The repository's copy has few activations of the corrupted run.
      #expect(compared > (run == "clean" ? 11 * model.graph.dimensions.layers : 3))
      let logits = try Oracle(model).run(batch, keeping: [model.graph.logits])
      let reference = try golden.reference("/hf_logits_\(run)").values
      #expect(largestDifference(try #require(logits[model.graph.logits]).values, reference) < 1e-4)
    }
  }

  @Test(arguments: GoldenModel.families)
  func promptsOfDifferentLengthsInOneBatchGiveTheSameAsAlone(family: String) throws {
    let model = try GoldenModel(family).loaded.model
    guard case .tokens(let vocabulary, _) = model.graph.input else { return }
    let last = Int32(vocabulary - 1)
    let prompts: [[Int32]] = [
      [5, 9, last - 20, 3], [7], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13], [last - 1, last],
    ]
    let nodes = model.graph.nodes.map(\.id)
    let together = try Oracle(model).run(Batch(prompts: prompts), keeping: nodes)
    for (row, prompt) in prompts.enumerated() {
      let alone = try Oracle(model).run(Batch(prompts: [prompt]), keeping: nodes)
      for node in model.graph.nodes {
        let packed = together.withExample(row, of: node) { Array($0) }
        let single = try #require(alone[node.id]).values
        let scale = single.reduce(1) { $1.isFinite ? max($0, abs($1)) : $0 }
        let difference = largestDifference(packed, single) / scale
        #expect(difference < 1e-5, "\(node.hook?.text ?? "node \(node.id.index)") of prompt \(row): \(difference)")
      }
    }
  }
}
