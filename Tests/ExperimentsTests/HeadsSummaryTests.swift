import BundledModels
import Patching
import Questions
import Runs
import TestSupport
import Testing

@Suite struct HeadsSummaryTests {
  @Test func whatTokensAreToTheirPrompt() throws {
    // "When Mary and John went, John gave": Mary 1, John 2.
    let pair = PromptSet.Pair(
      clean: [9, 1, 8, 2, 7, 6, 2, 5], corrupted: [9, 1, 8, 2, 7, 6, 1, 5], answers: [1], wrongs: [2])
    let end = try #require(TokenRole.roles(pair, from: .end))
    #expect(end.destination == 7)
    #expect(end.roles == [.first, .answer, .other, .wrong, .afterWrong, .other, .wrongAgain, .itself])
    let again = try #require(TokenRole.roles(pair, from: .wrongAgain))
    #expect(again.destination == 6)
    #expect(again.roles == [.first, .answer, .other, .wrong, .afterWrong, .previous, .itself, .other])
    let once = PromptSet.Pair(clean: [9, 2, 4], corrupted: [9, 1, 4], answers: [1], wrongs: [2])
    #expect(TokenRole.roles(once, from: .wrongAgain) == nil)
  }

  @Test func theStrongestHeadsOfEverySweepAreThere() throws {
    let experiment = try Experiment(
      yaml: """
        name: x
        model: bundled:ioi
        prompts: {template: {name: ioi, count: 8, aligned: true}}
        sweeps:
          - {name: heads, site: z, over: [layer, head]}
          - {name: by-position, site: z, over: [layer, position, head], layer: 0}
          - {name: into-logits, path: {senders: heads, receivers: logits}}
        """, file: "x.yaml")
    let folder = try TemporaryFolder()
    let run = try ExperimentRun(experiment)
    #expect(run.promptsNote == "8 pairs of dataset ioi" && run.prompts.set.count == 8)
    let outcome = try run.run(into: folder.path)
    let heads = try #require(outcome.heads)
    #expect(heads.sweeps == ["heads", "into-logits"] && heads.gazes == [.end, .wrongAgain])
    #expect(!heads.rows.isEmpty && heads.rows.count <= 6)
    let strongest = outcome.summaries[0].strongest[0]
    let row = try #require(heads.rows.first { ["\($0.layer)", "\($0.head)"] == strongest.labels })
    #expect(row.effects[0] == strongest.meanOfRatios && row.effects[1] != nil && row.direct != nil)
    for look in heads.rows.flatMap(\.looksAt).compactMap({ $0 }) {
      #expect(look.share >= 1.0 / 3 && look.share <= 1.0001)
    }
  }
}
