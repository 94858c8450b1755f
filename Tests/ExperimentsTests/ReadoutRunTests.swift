import ActivationStore
import ExperimentFile
import Foundation
import ModelGraph
import Patching
import Questions
import Runs
import TestSupport
import Testing

@Suite struct ReadoutDecodingTests {
  static func read(_ readout: String) throws -> Experiment {
    try Experiment(
      yaml: """
        name: x
        prompts: {pairs: [{clean: a, corrupted: b, answer: c, wrong: d}]}
        readouts:
          - \(readout)
        """, file: "x.yaml")
  }

  @Test func kindsAndRuns() throws {
    let lens = try Self.read("{name: lens, read: logit_lens, runs: [clean]}").readouts[0]
    #expect(lens.read is LogitLensReading && lens.runs == [.clean])
    let looks = try Self.read(#"{name: looks, read: attention, heads: ["9.10", "0.1"]}"#).readouts[0]
    #expect((looks.read as? AttentionReading)?.heads == [Head(layer: 9, head: 10), Head(layer: 0, head: 1)])
    #expect(looks.runs == [.clean, .corrupted])
  }

  @Test(arguments: [
    ("{name: r}", "x.yaml:4: the key 'read' is missing in 'readouts[0]'"),
    ("{name: r, read: logit_lense}", "did you mean 'logit_lens'?"),
    ("{name: r, read: attention}", "'heads'"),
    ("{name: r, read: logit_lens, heads: [\"0.1\"]}", "'heads'"),
    ("{name: r, read: attention, heads: [mlp.0]}", "'mlp.0'"),
    ("{name: a b, read: logit_lens}", "letters, digits, -, _ and points only"),
    ("{name: r, read: logit_lens, run: [clean]}", "did you mean 'runs'?"),
  ])
  func mistakesAreNamed(readout: String, part: String) throws {
    let error = #expect(throws: ExperimentError.self) { try Self.read(readout) }
    #expect(error?.message.contains(part) ?? false, "\(error?.message ?? "")")
  }

  @Test func namesAreUnique() throws {
    let error = #expect(throws: ExperimentError.self) {
      try Self.read("{name: r, read: logit_lens}\n  - {name: r, read: logit_lens}")
    }
    #expect(error?.message == "x.yaml:5: a readout named 'r' is already defined at line 4")
  }
}

/// Readouts in the results file.
@Suite struct ReadoutRunTests {
  @Test func whatIsReadStandsInTheFile() throws {
    let folder = try TemporaryFolder()
    let (run, _, results) = try PathRunTests.run(
      "gpt2",
      """
      metrics: [logit_diff, rank]
      readouts:
        - {name: dla, read: direct_logit_attribution}
        - {name: lens, read: logit_lens}
        - {name: looks, read: attention, heads: ["1.2"], runs: [corrupted]}
      """, in: folder)
    let store = results.store
    let parts = try store.tensor(at: "/readouts/dla/logit_diff")
    #expect(try store.describe("/readouts/dla/logit_diff").dimensions == ["run", "part", "example"])
    let labels = try store.labels(at: "/readouts/dla/part").texts
    #expect(labels.prefix(3) == ["embed", "pos_embed", "0.0"] && labels.last == "ln_final.bias")
    let clean = try #require(run.baselines().clean[.logitDiff])
    for example in 0..<3 {
      let sum = labels.indices.reduce(Float(0)) { $0 + parts[[0, $1, example]] }
      #expect(abs(sum - clean[example]) < 1e-4)
    }
    let lens = try store.tensor(at: "/readouts/lens/logit_diff")
    #expect(lens.shape == [2, 4, 11, 3])
    let corrupted = try #require(run.baselines().corrupted[.logitDiff])
    #expect((0..<3).allSatisfy { abs(lens[[1, 3, 10, $0]] - corrupted[$0]) < 1e-4 })
    #expect(store.contains("/readouts/lens/rank"))
    let reference = try GoldenModel("gpt2").reference("/corrupted/blocks.1.attn.hook_pattern")
    let pattern = try store.tensor(at: "/readouts/looks/pattern")
    #expect(pattern.shape == [1, 1, 11, 11, 3])
    for example in 0..<3 {
      #expect(abs(pattern[[0, 0, 10, 4, example]] - reference[[example, 2, 10, 4]]) < 1e-5)
    }
  }

  @Test func aHeadThatDoesNotExistIsFoundBeforeAnythingRuns() throws {
    let yaml = try GoldenExperiment("gpt2").yaml(
      name: "x", "readouts:\n  - {name: looks, read: attention, heads: [\"1.9\"]}")
    let folder = try TemporaryFolder()
    let error = #expect(throws: ExperimentError.self) {
      try ExperimentRun(Experiment(file: try folder.write("experiment.yaml", yaml)))
    }
    #expect(error?.message.contains("head 9 of site 'pattern' does not exist") ?? false, "\(error?.message ?? "")")
  }
}
