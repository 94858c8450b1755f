import Execution
import ModelGraph
import Tensors
import TestSupport
import Testing

/// The nodes that options put into the path change no numbers.
@Suite struct GraphOptionsTests {
  private static let options = [
    GraphOptions(splitsInputs: true), GraphOptions(separatesResults: true),
    GraphOptions(splitsInputs: true, separatesResults: true),
  ]

  @Test(arguments: SmallSpec.all)
  func everyOptionGivesTheSameActivations(small: SmallSpec) throws {
    let batch = try Batch(prompts: [[1, 2, 3, 4, 5], [7], [10, 0, 6]])
    let plain = randomModel(small.spec)
    let expected = try Oracle(plain).run(batch, keeping: plain.graph.nodes.map(\.id))
    for options in Self.options {
      let model = randomModel(small.spec, options)
      #expect(Set(model.graph.weights.map(\.name)) == Set(plain.graph.weights.map(\.name)))
      let run = try Oracle(model).run(batch, keeping: model.graph.nodes.map(\.id))
      for node in plain.graph.nodes {
        // Split inputs have a norm for each copy, so the shared one's nodes do not exist.
        guard let hook = node.hook, let other = model.graph.node(hook: hook) else { continue }
        let (values, reference) = (try #require(run[other.id]), try #require(expected[node.id]))
        let difference = relativeDifference(values.values, reference.values)
        #expect(difference < 1e-5, "\(hook) under \(options): \(difference)")
      }
      let logits = try Oracle(model).lastLogits(batch).logits
      #expect(relativeDifference(logits.values, try Oracle(plain).lastLogits(batch).logits.values) < 1e-5)
    }
  }

  @Test(arguments: SmallSpec.all)
  func theLastLogitsAreThoseOfAllPositions(small: SmallSpec) throws {
    let model = randomModel(small.spec)
    let batch = try Batch(prompts: [[1, 2, 3], [4, 5]])
    let all = try #require(Oracle(model).run(batch, keeping: [model.graph.logits])[model.graph.logits])
    let last = try Oracle(model).lastLogits(batch).logits
    #expect(last.shape == [2, 11])
    #expect(relativeDifference(last.values, all.reshaped([5, 11]).gatheringRows([2, 4]).values) < 1e-5)
    let both = try Oracle(model).lastLogits(batch, keeping: [model.graph.logits])
    #expect(relativeDifference(both.logits.values, last.values) < 1e-5)
  }
}
