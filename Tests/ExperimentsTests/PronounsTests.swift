import ActivationStore
import Foundation
import Runs
import TestSupport
import Testing
import Workbenches

/// The example experiment, on the model that it is made for.
@Suite struct PronounsTests {
  static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("experiments/pronouns.yaml").path

  @Test func itReads() throws {
    let experiment = try Experiment(file: Self.file)
    #expect(experiment.prompts.written.count >= 16)
    #expect(experiment.sweeps.map(\.name) == ["resid_pre", "attn_out", "mlp_out", "heads", "pattern"])
  }

  @Test func theModelKnowsThePronouns() throws {
    let folder = try TemporaryFolder()
    let run = try ExperimentRun(
      Experiment(file: Self.file), model: ModelReference(SharedFolder.path("models/stories260K")), threads: 2)
    #expect(run.prompts.set.pairs.allSatisfy { $0.clean.first == 1 }, "the tokenizer puts <s> in front")
    let clean = try #require(run.baselines().clean[.logitDiff])
    let corrupted = try #require(run.baselines().corrupted[.logitDiff])
    let mean = { (values: [Float]) in values.reduce(0, +) / Float(values.count) }
    #expect(mean(clean) > 1 && mean(corrupted) < -1, "\(clean) \(corrupted)")
    let outcome = try run.run(into: folder.path)
    let results = try ResultsReader(outcome.results)
    #expect(try results.prompts()[0].cleanTokenStrings?.last == ",")
    for summary in outcome.summaries {
      let strongest = try #require(summary.strongest.first)
      #expect(strongest.examples > 0)
    }
    // Most of what distinguishes the two is in the stream at one position.
    let stream = try #require(outcome.summaries.first { $0.sweep == "resid_pre" })
    #expect(stream.strongest[0].ratioOfMeans > 0.5)
  }
}
