import ActivationStore
import ExperimentFile
import Foundation
import Patching
import Questions
import Runs
import Synchronization
import TestSupport
import Testing

/// A run that was stopped after any number of answers and resumed gives the same as an unbroken run.
@Suite struct ResumingTests {
  /// Everything in a results file except its text, by name.
  private func contents(_ path: String) throws -> [String: [UInt64]] {
    let reader = try StoreReader(path)
    var contents: [String: [UInt64]] = [:]
    for dataset in try reader.allDatasets() {
      switch try reader.describe(dataset).type {
      case .float32, .float64: contents[dataset] = try reader.numbers(at: dataset).map(\.bitPattern)
      case .int8, .int32, .int64:
        contents[dataset] = try reader.integers(at: dataset).map { UInt64(bitPattern: Int64($0)) }
      default: break
      }
    }
    return contents
  }

  /// Stops a run when it has checked for cancellation a certain number of times, one more each time, and resumes it
  /// with other threads and another amount of memory, until there is nothing left to stop.
  /// - Returns: how often it was stopped with something done.
  private func check(_ experiment: Experiment, every step: Int) throws -> Int {
    let folder = try TemporaryFolder()
    let whole = try ExperimentRun(experiment, threads: 2).run(into: "\(folder.path)/whole")
    let right = try contents(whole.results)
    var stops = 0
    for limit in step..<step + 200 {
      let asked = Mutex(0)
      let once = try ExperimentRun(experiment, threads: 1 + stops % 3, memory: (8 << 20) << (stops % 4 * 3))
      let last = Mutex(RunProgress?.none)
      do {
        let outcome = try once.run(into: "\(folder.path)/broken", resuming: true) { progress in
          last.withLock { $0 = progress }
        } shouldStop: {
          asked.withLock {
            $0 += 1
            return $0 == limit
          }
        }
        #expect(try contents(outcome.results) == right)
        #expect(outcome.summaries.map(\.effects.description) == whole.summaries.map(\.effects.description))
        if let last = last.withLock({ $0 }) { #expect(last.done == once.total && last.before == outcome.before) }
        #expect(!FileManager.default.fileExists(atPath: outcome.results + ".partial"))
        return stops
      } catch ExperimentError.interruptedWithRest(let done, let total, let file) {
        #expect(done <= total && total == once.total)
        #expect(try StoreReader(file).isComplete == false)
        stops += 1
      } catch ExperimentError.interrupted {
        // Nothing was done yet, and nothing is left behind.
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/broken/x.h5.partial"))
      }
    }
    Issue.record("the run does not finish")
    return stops
  }

  @Test(arguments: [3, 5, 9]) func questionsOfEveryKind(step: Int) throws {
    let yaml = try GoldenExperiment("gpt2").yaml(
      name: "x",
      """
      sweeps:
        - {name: both, site: z, over: [layer, position, head], method: both}
        - name: steer
          site: resid_pre
          over: [layer]
          edit: {add: [{from: difference, coefficient: [0.5, 2]}, {from: difference, coefficient: [-1]}]}
          additivity: ["blocks.2.hook_resid_post"]
        - {name: edges, path: {edges: heads, inputs: [q, v]}}
        - {name: heads, site: z, over: [layer, head]}
      readouts:
        - {name: parts, read: direct_logit_attribution}
        - {name: lens, read: logit_lens, runs: [clean]}
        - {name: top, read: top_tokens, count: 2}
        - {name: looks, read: attention, heads: ["1.2"]}
      cache: {hooks: ["*resid_pre"]}
      """)
    let experiment = try Experiment(yaml: yaml, file: "x.yaml")
    #expect(try check(experiment, every: step) > 1)
  }

  /// What is in the file is not computed again: a resumed run delivers every missing answer once, and no other.
  @Test func nothingIsAnsweredTwice() throws {
    let yaml = try GoldenExperiment("gpt2").yaml(
      name: "x",
      """
      sweeps:
        - {name: heads, site: z, over: [layer, head]}
        - {name: steer, site: resid_pre, over: [layer], edit: {add: {from: difference}}, additivity: true}
      readouts:
        - {name: lens, read: logit_lens}
      """)
    let experiment = try Experiment(yaml: yaml, file: "x.yaml")
    let folder = try TemporaryFolder()
    let answered = Mutex([AnswerBlock.Target]())
    func run(stoppingAfter count: Int) throws -> RunOutcome {
      let sink = EventHandler { event in
        guard case .answer(let block) = event else { return }
        answered.withLock { $0.append(block.target) }
      }
      return try ExperimentRun(experiment, threads: 1).run(
        into: folder.path, resuming: true, sinks: [sink],
        shouldStop: { answered.withLock { $0.count } >= count })
    }
    // Stopped after each answer in turn, so that every kind is stopped before and after.
    for count in 1..<40 {
      do {
        _ = try run(stoppingAfter: count)
        break
      } catch ExperimentError.interruptedWithRest {
        #expect(answered.withLock { $0.count } == count)
      }
    }
    let all = answered.withLock { $0 }
    #expect(Set(all).count == all.count)
    let tables = all.compactMap { if case .rows(let table) = $0 { table } else { nil } }
    #expect(Set(tables) == ["additivity.steer", "readout.lens", "heads"])
  }

  @Test func studiesInMazes() throws {
    let yaml = MazeDecodingTests.experiment(
      """

      steering:
        - {name: own, add: {cheese: [-1, 1]}, rollouts: 2, steps: 30, fields: {mazes: 1, at: -1}}
        - {name: both, add: {cheese: [-1], top-right: [1]}, additivity: true}
        - {name: every, add: {cheese: [-1]}, from: every}
      """, mazes: "{count: 5, sizes: [5, 7], seed: 3}")
    #expect(try check(try Experiment(yaml: yaml, file: "x.yaml"), every: 3) > 2)
  }
}
