import Foundation
import Interventions
import ModelGraph
import Patching
import TestSupport
import Testing

/// Path patching compared with the reference: every receiver, both freezes, both directions, and direct paths between
/// every pair of heads.
@Suite struct GoldenPathTests {
  @Test(arguments: PatchingDirection.allCases, PathSweep.Freeze.allCases)
  func pathsAgreeWithTheReference(direction: PatchingDirection, freeze: PathSweep.Freeze) throws {
    let golden = try GoldenModel("gpt2")
    let engine = try PatchingEngine(
      model: golden.loaded.model, prompts: golden.prompts(), direction: direction, metrics: [.logitDiff])
    let senders = try engine.model.graph.transformer().senders(mlps: false, embed: false).map { [$0] }
    let receivers = try golden.values.listing(of: "/path/\(direction.rawValue)/\(freeze.rawValue)").datasets
    #expect(receivers.count >= 4)
    for text in receivers {
      let receiver = try #require(Receiver(text))
      let plan = try engine.plan(PathSweep(name: text, senders: senders, receivers: [receiver], freeze: freeze))
      let reference = try golden.reference("/path/\(direction.rawValue)/\(freeze.rawValue)/\(text)")
      let own = try #require(try engine.results(plan).values[.logitDiff])
      let difference = largestDifference(own, reference.values)
      #expect(difference < 1e-4, "\(text): \(difference)")
    }
  }

  @Test(arguments: [("gpt2", ["q", "k", "v"]), ("llama", ["q"]), ("qwen3", ["q"]), ("neox", ["q", "k", "v"])])
  func directPathsAgreeWithTheReference(family: String, inputs: [String]) throws {
    let golden = try GoldenModel(family)
    let engine = try PatchingEngine(
      model: golden.loaded.model, prompts: golden.prompts(), direction: .denoise, metrics: [.logitDiff])
    let senders = try engine.model.graph.transformer().senders(mlps: false, embed: false)
    let base = try #require(engine.baselines().corrupted[.logitDiff])
    for text in inputs {
      let input = try #require(Receiver.Input(rawValue: text))
      let receivers = (0..<3).flatMap { layer in (0..<4).map { Receiver.head(layer: layer, head: $0, input) } }
      let plan = try engine.plan(
        PathSweep(
          name: text, senders: senders.map { [$0] }, receivers: receivers, freeze: .headsAndMlps, together: false))
      let own = try #require(try engine.results(plan).values[.logitDiff])
      let reference = try golden.reference("/direct_path/\(text)").values
      #expect(plan.cells == reference.count)
      for cell in 0..<plan.cells {
        let values = Array(own[cell * 3..<cell * 3 + 3])
        if plan.hasPath[cell] {
          let mean = values.reduce(0, +) / 3
          #expect(abs(mean - reference[cell]) < 1e-4, "\(family) \(text) cell \(cell)")
        } else {
          #expect(values == base)
          #expect(reference[cell] == 0)
        }
      }
    }
  }
}
