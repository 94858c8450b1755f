import Execution
import Foundation
import ModelGraph
import Patching
import TestSupport
import Testing

@Suite struct ReadoutTests {
  /// The parts of direct logit attribution sum to the logit difference (before the soft cap, if there is one).
  @Test(arguments: GoldenModel.families, RunSide.allCases)
  func partsSumToTheLogitDifference(family: String, side: RunSide) throws {
    let golden = try GoldenModel(family)
    let prompts = try golden.prompts()
    let engine = try PatchingEngine(
      model: golden.loaded.model, prompts: prompts, direction: .denoise, metrics: [.logitDiff])
    let attribution = try engine.directLogitAttribution(side)
    let unembed = try #require(golden.loaded.model.graph.node(hook: "hook_unembed"))
    let run = try Oracle(golden.loaded.model).run(prompts.batch(side), keeping: [unembed.id])
    for example in 0..<prompts.count {
      let logits = run.withExample(example, of: unembed) { Array($0.suffix(unembed.layout.width)) }
      let pair = prompts.pairs[example]
      let expected = logits[Int(pair.answers[0])] - logits[Int(pair.wrongs[0])]
      let sum = attribution.values.reduce(0) { $0 + $1[example] }
      #expect(abs(sum - expected) < 1e-4, "\(sum) against \(expected)")
    }
  }

  @Test(arguments: GoldenModel.families)
  func sourcesSumToTheirHead(family: String) throws {
    let golden = try GoldenModel(family)
    let engine = try PatchingEngine(
      model: golden.loaded.model, prompts: golden.prompts(), direction: .denoise, metrics: [.logitDiff])
    let attribution = try engine.directLogitAttribution(.clean)
    for (layer, heads) in attribution.bySource.enumerated() {
      for (head, positions) in heads.enumerated() {
        let part = try #require(attribution.parts.firstIndex(of: "\(layer).\(head)"))
        for example in 0..<engine.prompts.count {
          let sum = positions.reduce(0) { $0 + $1[example] }
          #expect(abs(sum - attribution.values[part][example]) < 1e-4)
        }
      }
    }
  }

  @Test(arguments: GoldenModel.families)
  func theLensAfterTheLastBlockIsTheModel(family: String) throws {
    let golden = try GoldenModel(family)
    let engine = try PatchingEngine(
      model: golden.loaded.model, prompts: golden.prompts(), direction: .denoise, metrics: Metric.allCases)
    let lens = try engine.logitLens(.clean)
    for metric in Metric.allCases {
      let layers = try #require(lens.values[metric])
      let last = try #require(layers.last?.last)
      let expected =
        metric == .kl
        ? [Float](repeating: 0, count: engine.prompts.count) : try #require(engine.baselines().clean[metric])
      #expect(largestDifference(last, expected) < 1e-4, "\(metric)")
      #expect(layers.count == golden.loaded.model.graph.dimensions.layers + 1)
      // Before any block it is not; ranks and small probabilities can agree by chance.
      let before = largestDifference(try #require(layers.first?.last), expected)
      #expect([.rank, .prob].contains(metric) || before > 1e-3, "\(metric)")
    }
  }

  @Test func patternsAreTheReference() throws {
    let golden = try GoldenModel("gpt2")
    let engine = try PatchingEngine(
      model: golden.loaded.model, prompts: golden.prompts(), direction: .denoise, metrics: [.logitDiff])
    let patterns = try engine.attentionPatterns(of: [Head(layer: 1, head: 2), Head(layer: 0, head: 3)], .corrupted)
    #expect(patterns.heads == ["1.2", "0.3"])
    for (place, (layer, head)) in [(1, 2), (0, 3)].enumerated() {
      let reference = try golden.reference("/corrupted/blocks.\(layer).attn.hook_pattern")
      for destination in 0..<11 {
        for source in 0..<11 {
          for example in 0..<3 {
            let own = patterns.values[place][destination][source][example]
            #expect(abs(own - reference[[example, head, destination, source]]) < 1e-5)
          }
        }
      }
    }
  }
}
