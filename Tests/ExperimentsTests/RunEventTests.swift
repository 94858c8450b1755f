import ActivationStore
import Foundation
import Patching
import Runs
import TestSupport
import Testing

/// What a run reports as it goes.
@Suite struct RunEventTests {
  private static let yaml = """
    name: x
    model: bundled:ioi
    prompts:
      pairs:
        - clean: "When John and Mary went to the store, John gave a book to"
          corrupted: "When John and Mary went to the store, Mary gave a book to"
          answer: " Mary"
          wrong: " John"
    sweeps:
      - {name: heads, site: z, over: [layer, head]}
    readouts:
      - {name: lens, read: logit_lens}
    """

  /// The answers in the stream are the results, cell by cell.
  @Test func theStreamHasAllResults() async throws {
    let folder = try TemporaryFolder()
    let run = try ExperimentRun(try Experiment(yaml: Self.yaml, file: "x.yaml"))
    var (began, last, outcome): (Int?, RunProgress?, RunOutcome?)
    var cells: [Int: Float] = [:]
    for try await event in run.events(into: folder.path) {
      switch event {
      case .began(let total, let before):
        #expect(before == 0)
        began = total
      case .answer(let block):
        guard case .cells("heads", .run, let span, _) = block.target else { continue }
        let values = try #require(block.values.first { $0.name == "logit_diff" }).values
        for (place, cell) in span.enumerated() { cells[cell] = values[place] }
      case .progress(let now):
        #expect(now.done >= last?.done ?? 0)
        last = now
      case .finished(let found): outcome = found
      }
    }
    #expect(began == run.total && last?.done == run.total)
    let path = try #require(outcome?.results)
    let stored = try ResultsReader(path).values(sweep: "heads", dataset: "logit_diff").values
    #expect(stored.indices.map { cells[$0] } == stored)
  }

  /// An error thrown by a sink ends the run; earlier answers stay.
  @Test func aSinkThatThrowsEndsTheRun() throws {
    struct Full: Error {}
    let folder = try TemporaryFolder()
    let run = try ExperimentRun(try Experiment(yaml: Self.yaml, file: "x.yaml"))
    let sink = EventHandler { if case .answer = $0 { throw Full() } }
    #expect(throws: Full.self) { try run.run(into: folder.path, sinks: [sink]) }
    #expect(FileManager.default.fileExists(atPath: "\(folder.path)/x.h5.partial"))
    let outcome = try run.run(into: folder.path, resuming: true)
    #expect(outcome.before > 0)
  }
}
