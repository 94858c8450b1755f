import Foundation
import PatchbayKit
import TestSupport
import Testing

/// README's example is the one that runs here.
@Suite struct WorkedExampleTests {
  private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

  @Test func itRuns() async throws {
    let temporary = try TemporaryFolder()
    defer { withExtendedLifetime(temporary) {} }
    let folder = temporary.path
    let lines = try await workedExample(into: folder)
    try #require(lines.count == 6)
    #expect(lines[0].hasPrefix("[layer 0, head 6: ") && Float(lines[0].split(separator: " ").last ?? "") ?? 0 > 0.5)
    #expect(lines[1].hasSuffix(" [1, 1, 128]"))
    #expect(!lines[2].isEmpty)
    #expect(lines[3].hasPrefix(#"["z: [\"0\", \"6\"]", "edges: "#), "\(lines[3])")
    #expect(lines[4] == "\(folder)/from-swift/report.html" && FileManager.default.fileExists(atPath: lines[4]))
    #expect(lines[5] == "[5, 8, 1]")
  }

  /// One patch gives the same number as that cell of the sweep, and as the file.
  @Test func threeWaysToOneNumber() throws {
    try withTemporaryFolder { folder in
      let bench = try Workbench("bundled:ioi")
      let pair = try bench.pair(
        "When John and Mary went to the store, John gave a book to",
        "When John and Mary went to the store, Mary gave a book to", answer: " Mary", wrong: " John")
      let alone = try bench.sweep(.z[layer: 0, head: 6], on: pair)
      let all = try bench.sweep(.z, over: .layer, .head, named: "heads", on: pair)
      #expect(abs(alone.effect[[:]] - all.effect[layer: 0, head: 6]) < 1e-4)
      let experiment = try Experiment("x", bench, [pair]) { all }
      let outcome = try ExperimentRun(experiment).run(into: folder)
      let stored = try ResultsReader(outcome.results)
      #expect(try stored.values(sweep: "heads", dataset: "logit_diff").values == all.values[.logitDiff]?.numbers())
      #expect(outcome.summaries[0].strongest[0].labels == ["0", "6"])
      let header = try stored.header()
      #expect(header.model == "bundled:ioi" && header.experiment.contains("name: heads"))
      #expect(header.experiment.contains(#"answer: [" Mary"]"#))
    }
  }

  /// README's block and the function's body are the same text, except for indentation.
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
      ("a", [], 1, "metrics"), ("a", [.prob, .prob], 1, "prob"),
      ("a", [.prob], 2, "a sweep named 's' is already defined"),
      ("a", [.prob], 0, "there is nothing to do"),
    ] as [(String, [Metric], Int, String)])
  func programsAreRefusedAsFilesAre(name: String, metrics: [Metric], sweeps: Int, words: String) throws {
    let bench = try Workbench("bundled:ioi")
    let sweep = try SweepSpec.sweep(.z, over: .layer, named: "s")
    let error = #expect(throws: ExperimentError.self) {
      try Experiment(name, bench, [Self.pair], metrics: metrics) { [SweepSpec](repeating: sweep, count: sweeps) }
    }
    let message = try #require(error?.message)
    #expect(message.contains(words) && message.contains("WorkedExampleTests.swift:"), "\(message)")
  }

  @Test func messagesNameTheLineOfTheProgram() throws {
    let bench = try Workbench("bundled:ioi")
    let error = #expect(throws: ExperimentError.self) { try bench.tokens(of: "") }
    #expect(error?.message.contains("WorkedExampleTests.swift:\(#line - 1)") == true, "\(error?.message ?? "")")
    let hook = #expect(throws: GraphError.self) {
      try bench.run("John gave", keeping: .embed).activation("hook_embedd")
    }
    #expect(hook?.message.contains("hook_embed") == true)
    let policy = #expect(throws: RunError.self) { try Workbench("bundled:maze").run("John gave") }
    #expect(policy?.message.isEmpty == false)
  }
}
