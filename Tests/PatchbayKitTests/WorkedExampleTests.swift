import Foundation
import PatchbayKit
import TestSupport
import Testing

/// README's example is the one that is run here.
@Suite struct WorkedExampleTests {
  private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

  @Test func itRuns() throws {
    try withTemporaryFolder { folder in
      let (lines, outcome) = try workedExample(into: folder)
      #expect(lines[0] == "14")
      #expect(lines[1] == " Mary  John")
      #expect(lines[2] == "[14, 128]")
      #expect(lines[3].contains("->"))
      #expect(lines[4].hasPrefix("[\"0\", \"6\"] "))
      #expect(lines[5] == "\(folder)/from-swift/report.html" && FileManager.default.fileExists(atPath: lines[5]))
      #expect(lines[6] == "[\"heads\", \"stream\"] [5, 8, 1]")
      #expect(outcome.summaries[0].strongest[0].meanOfRatios > 0.5)
    }
  }

  /// One patch is the same number as that cell of the sweep, which is the same as what the file holds.
  @Test func threeWaysToOneNumber() throws {
    try withTemporaryFolder { folder in
      let bench = try Workbench("bundled:ioi")
      let pair = PromptSpec(
        clean: "When John and Mary went to the store, John gave a book to",
        corrupted: "When John and Mary went to the store, Mary gave a book to", answer: " Mary", wrong: " John")
      let engine = try bench.engine(for: [pair])
      let alone = try engine.results(try Sweep(name: "a", site: Site(.z, [.layer: 0, .head: 6]), over: []))
      let sweep = try Sweep(name: "heads", site: Site(.z), over: [.layer, .head])
      let all = try engine.results(sweep)
      #expect(abs(alone[.logitDiff][0] - all[.logitDiff][6]) < 1e-4)
      let experiment = try Experiment(name: "x", model: bench.reference, pairs: [pair], sweeps: [SweepSpec(sweep)])
      let outcome = try ExperimentRun(experiment).run(into: folder)
      let stored = try ResultsReader(outcome.results)
      let values = try stored.values(sweep: "heads", dataset: "logit_diff").values
      #expect(zip(values, all[.logitDiff]).allSatisfy { abs($0 - $1) < 1e-4 })
      let header = try stored.header()
      #expect(header.model == "bundled:ioi" && header.experiment.contains("name: heads"))
      #expect(header.experiment.contains(#"answer: [" Mary"]"#))
    }
  }

  /// Sites and edits in place of placed edits, the same run; prompts without a position are left as they are.
  @Test func interventionsAreRun() throws {
    let bench = try Workbench("bundled:ioi")
    let prompts = ["When John and Mary went to the store, John gave a book to", "When John"]
    let hooks = ["blocks.1.attn.hook_z"]
    let head = Intervention(try Site(.z, [.layer: 1, .head: 2]), .zero)
    let last = Intervention(try Site(.residPre, [.layer: 1, .position: 5]), .clamp(max: 0))
    let (plain, edited) = (
      try bench.run(prompts, keeping: hooks), try bench.run(prompts, [head, last], keeping: hooks)
    )
    let shape = try edited.activation(hooks[0], prompt: 1).shape
    for prompt in 0..<2 {
      let (before, after) = (
        try plain.activation(hooks[0], prompt: prompt).values, try edited.activation(hooks[0], prompt: prompt).values
      )
      for index in after.indices where index / shape[2] % shape[1] == 2 { #expect(after[index] == 0) }
      #expect(before != after)
    }
    // The zeros in both prompts, and numbers of the first one's stream.
    #expect(edited.reports.count == 3)
    #expect(throws: InterventionError.needsOtherRun(edit: "patch")) {
      _ = try bench.run(prompts, [Intervention(try Site(.z), .patch)])
    }
    #expect(throws: InterventionError.neverFires(site: .residPre, axis: .position, longest: 14)) {
      _ = try bench.run(prompts, [Intervention(try Site(.residPre, [.position: 40]), .zero)])
    }
  }

  /// README's block and the function's body are one text, but for the indentation.
  @Test func theReadmeShowsIt() throws {
    let readme = try String(
      contentsOf: Self.tests.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
        "README.md"),
      encoding: .utf8)
    let source = try String(contentsOf: Self.tests.appendingPathComponent("WorkedExample.swift"), encoding: .utf8)
    let body = source.components(separatedBy: "  // ----------\n")
    try #require(body.count == 3)
    let lines = body[1].split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.hasPrefix("  ") ? String($0.dropFirst(2)) : String($0)
    }
    let section = try #require(readme.components(separatedBy: "## From Swift\n").dropFirst().first)
    let block = try #require(section.components(separatedBy: "```swift\n").dropFirst().first).components(
      separatedBy: "```")[0]
    let shown = "import PatchbayKit\n\nlet folder = \"activations\"\n" + lines.joined(separator: "\n")
    #expect(block == shown, "README.md's example is not what WorkedExample.swift runs; it should be:\n\(shown)")
  }

  // MARK: What is refused

  private static let pair = PromptSpec(clean: "John gave", corrupted: "Mary gave", answer: " a", wrong: " the")

  @Test(
    arguments: [
      ("a b", [Metric.logitDiff], 1, "'name' is 'a b'; it must be letters, digits, - and _ only"),
      ("a", [], 1, "metrics"), ("a", [.prob, .prob], 1, "prob"), ("a", [.prob], 2, "a sweep named 's' stands"),
      ("a", [.prob], 0, "there is nothing to do"),
    ] as [(String, [Metric], Int, String)])
  func programsAreRefusedAsFilesAre(name: String, metrics: [Metric], sweeps: Int, words: String) throws {
    let sweep = SweepSpec(try Sweep(name: "s", site: Site(.z), over: [.layer]))
    let error = #expect(throws: ExperimentError.self) {
      try Experiment(
        name: name, model: ModelReference("bundled:ioi"), pairs: [Self.pair], metrics: metrics,
        sweeps: [SweepSpec](repeating: sweep, count: sweeps))
    }
    let message = try #require(error?.message)
    #expect(message.contains(words) && message.contains("WorkedExampleTests.swift:"), "\(message)")
  }

  @Test func messagesNameTheLineOfTheProgram() throws {
    let bench = try Workbench("bundled:ioi")
    let error = #expect(throws: ExperimentError.self) { try bench.tokens(of: "") }
    #expect(error?.message.contains("WorkedExampleTests.swift:\(#line - 1)") == true, "\(error?.message ?? "")")
    let hook = #expect(throws: GraphError.self) {
      try bench.run(["John gave"], keeping: ["hook_embed"]).activation("hook_embedd")
    }
    #expect(hook?.message.contains("hook_embed") == true)
    let policy = #expect(throws: RunError.self) { try Workbench("bundled:maze") }
    #expect(policy?.message.isEmpty == false)
  }
}
