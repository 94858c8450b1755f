import ActivationStore
import Diagnostics
import ExperimentFile
import Interventions
import LabelledArrays
import Patching
import Questions
import Runs
import TestSupport
import Testing
import Workbenches

/// Sweeps answered at the workbench by each method.
@Suite struct SweepAnswerTests {
  private let bench: Workbench
  private let pair: PromptSpec

  init() throws {
    bench = try Workbench("bundled:ioi")
    pair = try bench.pair(
      "When John and Mary went to the store, John gave a book to",
      "When John and Mary went to the store, Mary gave a book to", answer: " Mary", wrong: " John")
  }

  /// What is estimated in memory is what an experiment stores as estimates, and nothing is run for it.
  @Test func estimatesAreTheExperiments() throws {
    let answer = try bench.sweep(.z, over: .layer, .head, named: "heads", on: pair, method: .attribution)
    #expect(answer.values.isEmpty)
    let estimates = try #require(answer.estimates[.logitDiff])
    #expect(estimates.axes.map(\.name) == ["layer", "head", "example"])
    let folder = try TemporaryFolder()
    let outcome = try ExperimentRun(try Experiment("x", bench, [pair]) { answer }).run(into: folder.path)
    let stored = try ResultsReader(outcome.results)
    #expect(
      try stored.values(sweep: "heads", dataset: "logit_diff_attribution").values == estimates.numbers())
    // One example: the effect is the estimated change over the distance of the two runs.
    let base = try #require(answer.baselines.base(.denoise)[.logitDiff]?.first)
    let other = try #require(answer.baselines.other(.denoise)[.logitDiff]?.first)
    let changes = try estimates.numbers()
    for (effect, change) in zip(try answer.effect.numbers(), changes) {
      #expect(abs(effect - change / (other - base)) < 1e-4)
    }
    #expect(answer.estimatedEffects[.logitDiff] == answer.effects[.logitDiff])
    #expect(Set(changes).count > 10)
  }

  @Test func bothMethodsSideBySide() throws {
    let exact = try bench.sweep(.z, over: .layer, .head, on: pair)
    let both = try bench.sweep(.z, over: .layer, .head, on: pair, method: .both)
    let estimated = try bench.sweep(.z, over: .layer, .head, on: pair, method: .attribution)
    #expect(exact.estimates.isEmpty && exact.estimatedEffects.isEmpty)
    #expect(both.values == exact.values && both.effects == exact.effects)
    #expect(both.estimates == estimated.estimates && both.estimatedEffects == estimated.effects)
    #expect(try both.effect.numbers() != estimated.effect.numbers())
  }

  /// Paths have no estimates, and ranks no gradient: the messages say what to do.
  @Test func whatCannotBeEstimated() throws {
    func message(_ body: () throws -> Void) -> String {
      do {
        try body()
        return "no error"
      } catch let error as any DiagnosedError {
        return error.message
      } catch { return "\(error)" }
    }
    let edges = SweepSpec.edges(named: "pairs")
    let estimated = SweepSpec(name: edges.name, edges.kind, method: .attribution, place: edges.place)
    #expect(
      message { _ = try bench.answer(estimated, on: [pair]) }.hasSuffix(
        "sweep 'pairs': paths and edges cannot be estimated; leave out the method, so that they are run"))
    #expect(
      message { _ = try bench.sweep(.z, over: .layer, on: pair, metrics: [.rank], method: .attribution) }.contains(
        "attribution cannot estimate the metric 'rank'"))
  }
}
