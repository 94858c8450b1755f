import ActivationStore
import BundledModels
import Diagnostics
import ExperimentFile
import Foundation
import Runs
import Synchronization
import TestSupport
import Testing
import Workbenches

/// What a run writes, prints and leaves behind.
@Suite struct RunTests {
  static let heads = "sweeps: [{name: heads, site: z, over: [layer, head]}]"

  static func plan(_ yaml: String, in folder: TemporaryFolder) throws -> ExperimentRun {
    try ExperimentRun(Experiment(file: try folder.write("experiment.yaml", yaml)), threads: 2)
  }

  @Test func everythingOfTheContractIsThere() throws {
    let folder = try TemporaryFolder()
    let yaml = try GoldenExperiment("gpt2").yaml(
      name: "all",
      """
      metrics: [logit_diff, kl, rank]
      direction: noise
      sweeps:
        - {name: heads, site: z, over: [head, layer], position: -3..-1, edit: {scale: 0.5}}
        - {name: once, site: z, layer: 1, head: [0, 2], over: []}
        - {name: last, site: resid_pre, over: [position], position: [-1, 0]}
      """)
    let run = try Self.plan(yaml, in: folder)
    let outcome = try run.run(into: "\(folder.path)/deep/er")
    #expect(outcome.results == "\(folder.path)/deep/er/all.h5")
    #expect(outcome.cache == nil)
    let results = try ResultsReader(outcome.results)
    let header = try results.header()
    #expect(header.experiment == yaml)
    #expect(header.model == SharedFolder.path("golden/gpt2"))
    #expect(header.modelSHA256 == (try run.loaded.folder.sha256()))
    #expect(header.direction == "noise")
    #expect(header.patchbayVersion == PatchbayVersion.text)
    #expect(try results.store.attributes()["complete"] == .integer(1))
    #expect(try results.baseline(.clean).keys.sorted() == ["kl", "logit_diff", "rank"])
    let rows = try results.prompts()
    #expect(rows.map(\.cleanTokens) == run.prompts.set.pairs.map(\.clean))
    #expect(rows.map(\.corruptedTokens) == run.prompts.set.pairs.map(\.corrupted))
    #expect(rows.map(\.answerToken) == run.prompts.set.pairs.map { $0.answers[0] })
    #expect(try results.sweeps() == ["heads", "last", "once"])
    let heads = try results.sweep("heads")
    #expect(heads.axes.map(\.name) == ["head", "layer"])
    #expect(heads.floatDatasets.sorted() == ["change_norm", "kl", "logit_diff", "rank"])
    #expect(heads.attributes["site"] == .text("z"))
    #expect(heads.attributes["edit"] == .text("scale"))
    #expect(heads.attributes["scale"] == .number(0.5))
    #expect(heads.attributes["over"] == .texts(["head", "layer"]))
    #expect(heads.attributes["direction"] == .text("noise"))
    #expect(heads.attributes["method"] == .text("exact"))
    #expect(heads.attributes["chosen_position"] == .text("-3..-1"))
    #expect(try results.sweep("last").axes[0].labels == .integers([-1, 0]))
    #expect(try results.values(sweep: "once", dataset: "logit_diff").shape == [3])
  }

  @Test func positionsThatAPromptLacksAreNotNumbers() throws {
    let folder = try TemporaryFolder()
    let yaml = """
      name: ragged
      model: \(SharedFolder.path("golden/gpt2"))
      prompts:
        pairs:
          - {clean_tokens: [1, 2, 3], corrupted_tokens: [1, 5, 3], answer_token: 4, wrong_token: 5}
          - {clean_tokens: [1, 2, 3, 4, 5], corrupted_tokens: [1, 5, 3, 4, 6], answer_token: 4, wrong_token: 5}
      sweeps: [{name: s, site: resid_pre, over: [layer, position]}]
      """
    let outcome = try Self.plan(yaml, in: folder).run(into: folder.path)
    let results = try ResultsReader(outcome.results)
    for dataset in ["logit_diff", "change_norm"] {
      let values = try results.values(sweep: "s", dataset: dataset)
      #expect(values.shape[1...] == [5, 2])
      for (index, value) in values.values.enumerated() {
        let (position, example) = (index / 2 % 5, index % 2)
        #expect(value.isNaN == (example == 0 && position >= 3))
      }
    }
    let strongest = try #require(outcome.summaries[0].strongest.first)
    #expect(strongest.labels.count == 2)
    #expect(outcome.summaries[0].axes == ["layer", "position"])
  }

  /// Groups of examples that do not fit in memory together are processed in pieces.
  @Test func littleMemoryChangesNothing() throws {
    let folder = try TemporaryFolder()
    let prompts = (0..<200).map { index in
      let tokens = (0..<20).map { (index * 7 + $0 * 3) % 50 }
      return
        "    - {clean_tokens: \(tokens), corrupted_tokens: \(tokens.map { ($0 + 1) % 50 }), answer_token: 4, wrong_token: 5}"
    }
    func yaml(_ name: String) -> String {
      """
      name: \(name)
      model: \(SharedFolder.path("golden/gpt2"))
      prompts:
        pairs:
      \(prompts.joined(separator: "\n"))
      \(Self.heads)
      """
    }
    let roomy = try Experiment(file: try folder.write("a.yaml", yaml("roomy")))
    let narrow = try Experiment(file: try folder.write("b.yaml", yaml("narrow")))
    let one = try ExperimentRun(roomy, threads: 2).run(into: folder.path)
    let two = try ExperimentRun(narrow, threads: 1, memory: 1 << 20).run(into: folder.path)
    for dataset in ["logit_diff", "change_norm"] {
      let a = try ResultsReader(one.results).values(sweep: "heads", dataset: dataset)
      let b = try ResultsReader(two.results).values(sweep: "heads", dataset: dataset)
      #expect(a.shape == b.shape)
      #expect(largestDifference(a.values, b.values) < 1e-4)
    }
    let (strong, same) = (one.summaries[0].strongest, two.summaries[0].strongest)
    #expect(strong.map(\.labels) == same.map(\.labels))
    #expect(strong.allSatisfy { $0.examples + $0.withoutEffect == 200 })
  }

  @Test func progressReachesTheTotal() throws {
    let folder = try TemporaryFolder()
    let yaml = try GoldenExperiment("gpt2").yaml(name: "p", Self.heads + "\ncache: {hooks: ['*z'], runs: [clean]}")
    let run = try Self.plan(yaml, in: folder)
    let seen = Mutex<[RunProgress]>([])
    _ = try run.run(into: folder.path) { progress in seen.withLock { $0.append(progress) } }
    let progress = seen.withLock { $0 }
    #expect(progress.map(\.done) == progress.map(\.done).sorted())
    #expect(progress.last?.done == run.total)
    #expect(progress.allSatisfy { $0.total == run.total })
    #expect(Set(progress.map(\.stage)) == ["heads", "cache"])
  }

  @Test func theSummaryHoldsBothMeans() throws {
    let folder = try TemporaryFolder()
    let yaml = try GoldenExperiment("gpt2").yaml(name: "s", Self.heads)
    let run = try Self.plan(yaml, in: folder)
    let outcome = try run.run(into: folder.path)
    let values = try ResultsReader(outcome.results).values(sweep: "heads", dataset: "logit_diff")
    let base = try #require(run.baselines().corrupted[.logitDiff]).map(Double.init)
    let other = try #require(run.baselines().clean[.logitDiff]).map(Double.init)
    let strongest = outcome.summaries[0].strongest
    #expect(strongest.map { abs($0.meanOfRatios) } == strongest.map { abs($0.meanOfRatios) }.sorted(by: >))
    for cell in strongest {
      #expect(cell.labels == ["\(cell.cell / values.shape[1])", "\(cell.cell % values.shape[1])"])
      let first = cell.cell * base.count
      let patched = values.values[first..<first + base.count].map(Double.init)
      let ratios = base.indices.map { (patched[$0] - base[$0]) / (other[$0] - base[$0]) }
      let mean = { (numbers: [Double]) in numbers.reduce(0, +) / Double(numbers.count) }
      #expect(abs(cell.meanOfRatios - mean(ratios)) < 1e-9)
      #expect(abs(cell.ratioOfMeans - (mean(patched) - mean(base)) / (mean(other) - mean(base))) < 1e-9)
      #expect(cell.examples == base.count)
    }
  }

  @Test func examplesWhoseBaselinesCoincideHaveNoEffect() throws {
    let folder = try TemporaryFolder()
    let pair = "{clean_tokens: [1, 2], corrupted_tokens: [1, 2], answer_token: 4, wrong_token: 5}"
    let yaml = """
      name: same
      model: \(SharedFolder.path("golden/gpt2"))
      prompts: {pairs: [\(pair)]}
      \(Self.heads)
      """
    let outcome = try Self.plan(yaml, in: folder).run(into: folder.path)
    let summary = outcome.summaries[0]
    #expect(summary.withoutEffect == 1)
    #expect(summary.strongest.allSatisfy { $0.meanOfRatios.isNaN && $0.ratioOfMeans.isNaN && $0.withoutEffect == 1 })
    let norms = try ResultsReader(outcome.results).values(sweep: "heads", dataset: "change_norm").values
    #expect(norms.allSatisfy { $0 == 0 })
  }

  @Test(arguments: [
    (
      "gpt2", "site: rot_q, over: [layer]",
      "sweep 's': site 'rot_q': this gpt2 model has none: its queries and keys are not rotated"
    ),
    ("gpt2", "site: z, over: [layer], head: 99", "sweep 's': head 99 of site 'z' does not exist: there are 4 (0 to 3)"),
    ("gpt2", "site: z, over: [head], layer: 2..-2", "sweep 's': the selection along 'layer' is empty"),
    ("gpt2", "site: z, over: [head], head: 3..-2", "sweep 's': the selection along 'head' is empty"),
    ("gpt2", "site: z, over: [layer], head: 3..-2", "sweep 's': the selection along 'head' is empty"),
    ("gpt2", "site: z, over: [head], layer: [2, -1]", "sweep 's': the selection along 'layer' has 2 twice"),
    ("gpt2", "site: z, over: [head], head: [0..-1, 1]", "sweep 's': the selection along 'head' has 1 twice"),
    (
      "gpt2", "path: {senders: ['3.0'], receivers: logits}",
      "sweep 's': layer 3 of site 'z' does not exist: there are 3"
    ),
    (
      "gpt2", "path: {senders: ['0.4'], receivers: logits}", "sweep 's': head 4 of site 'z' does not exist: there are 4"
    ),
    ("gpt2", "path: {senders: heads, receivers: mlp.3}", "sweep 's': layer 3 of site 'mlp_pre' does not exist"),
    ("llama", "path: {senders: heads, receivers: 2.2.k}", "sweep 's': head 2 of site 'k' does not exist: there are 2"),
    (
      "gpt2", "path: {edges: heads, sender_position: 99}",
      "sweep 's' would never fire: no prompt has any of the chosen sender positions (the longest prompt has "
    ),
    (
      "gpt2", "site: z, over: [layer], position: 99",
      "sweep 's': site 'z' would never fire: no prompt has any of the chosen positions (the longest prompt has "
    ),
    ("neox", "site: resid_mid, over: [layer]", "sweep 's': site 'resid_mid': this gpt_neox model has none"),
  ])
  func whatDoesNotFitIsFoundBeforeAnythingRuns(family: String, keys: String, message: String) throws {
    let folder = try TemporaryFolder()
    let yaml = try GoldenExperiment(family).yaml(name: "x", "sweeps:\n  - {name: s, \(keys)}")
    let line = yaml.split(separator: "\n").count
    let error = #expect(throws: ExperimentError.self) { _ = try Self.plan(yaml, in: folder) }
    let text = try #require(error?.message)
    #expect(text.hasPrefix("\(folder.path)/experiment.yaml:\(line): \(message)"), "\(text)")
  }

  @Test func hooksThatMatchNothingAreAnError() throws {
    let folder = try TemporaryFolder()
    let yaml = try GoldenExperiment("gpt2").yaml(name: "x", "cache: {hooks: ['blocks.*.hook_resid_prey']}")
    let error = #expect(throws: ExperimentError.self) { _ = try Self.plan(yaml, in: folder) }
    #expect(error?.kind == .badData)
    #expect(error?.message.contains("experiment.yaml:") == true)
  }

  @Test func nothingIsLeftAfterAnError() throws {
    let folder = try TemporaryFolder()
    // The sum overflows, so the logits are not finite.
    let yaml = try GoldenExperiment("gpt2").yaml(
      name: "x",
      "sweeps: [{name: s, site: resid_pre, over: [layer], edit: {scale: 3e38}}]\ncache: {hooks: ['*']}")
    let run = try Self.plan(yaml, in: folder)
    #expect(throws: (any Error).self) { _ = try run.run(into: folder.path) }
    #expect(try folder.files == ["experiment.yaml"])
  }

  /// Within a sweep, not only between two.
  @Test(arguments: [
    "sweeps: [{name: s, site: z, over: [layer, position, head]}]", "sweeps: [{name: s, path: {edges: heads}}]",
    "cache: {hooks: ['*']}",
  ])
  func aRunStopsWhenItIsToldTo(rest: String) throws {
    let folder = try TemporaryFolder()
    let run = try Self.plan(try GoldenExperiment("gpt2").yaml(name: "x", rest), in: folder)
    let asked = Mutex(0)
    let done = Mutex(0)
    let error = #expect(throws: ExperimentError.self) {
      _ = try run.run(into: folder.path) { progress in
        done.withLock { $0 = progress.done }
      } shouldStop: {
        asked.withLock {
          $0 += 1
          return $0 == 2
        }
      }
    }
    #expect(error?.kind == .interrupted)
    #expect(done.withLock { $0 } < run.total)
    // Another worker may have delivered its cells meanwhile.
    let hasRest = error != .interrupted
    #expect(!hasRest || done.withLock { $0 } > 0)
    #expect(try folder.files == ["experiment.yaml"] + (hasRest ? ["x.h5.partial"] : []))
  }

  @Test func aCancelledTaskIsAnInterruptedRun() async throws {
    let folder = try TemporaryFolder()
    let run = try Self.plan(try GoldenExperiment("gpt2").yaml(name: "x", Self.heads), in: folder)
    let path = folder.path
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      _ = try run.run(into: path)
    }
    task.cancel()
    await #expect(throws: ExperimentError.interrupted) { try await task.value }
    #expect(try folder.files == ["experiment.yaml"])
  }

  @Test func outputThatCannotBeMade() throws {
    let folder = try TemporaryFolder()
    let run = try Self.plan(try GoldenExperiment("gpt2").yaml(name: "x", Self.heads), in: folder)
    let error = #expect(throws: ExperimentError.self) { _ = try run.run(into: "\(folder.path)/experiment.yaml/deeper") }
    #expect(error?.kind == .cannotCreateOutput)
  }

  @Test func modelsThatAreNotThere() throws {
    let yaml = DecodingTests.sweeps("  - {name: s, site: z, over: [layer]}")
    let none = try DecodingTests.decode(yaml)
    let message = #expect(throws: ExperimentError.self) { _ = try ExperimentRun(none) }
    #expect(message == .noModel(file: "x.yaml"))
    let bundled = #expect(throws: ExperimentError.self) {
      _ = try ExperimentRun(none, model: ModelReference("bundled:no"))
    }
    #expect(bundled == .noSuchBundledModel(name: "no", bundled: BundledModels.names))
    #expect(bundled?.kind == .inputNotFound)
  }

  @Test func theCommandsModelComesFirst() throws {
    let folder = try TemporaryFolder()
    let yaml = try GoldenExperiment("gpt2").yaml(name: "x", Self.heads)
      .replacing("/gpt2\n", with: "/nowhere\n")
    let experiment = try Experiment(file: try folder.write("x.yaml", yaml))
    let path = SharedFolder.path("golden/gpt2")
    let outcome = try ExperimentRun(experiment, model: ModelReference(path)).run(into: folder.path)
    #expect(try ResultsReader(outcome.results).header().model == path)
  }
}
