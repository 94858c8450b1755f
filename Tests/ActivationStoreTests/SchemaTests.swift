import ActivationStore
import Foundation
import TestSupport
import Testing

/// The names in files are in the schema, and the pages that describe the files have all of them.
@Suite struct SchemaTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  /// All Swift sources of modules except the schema, by path.
  static func sources() throws -> [(path: String, text: String)] {
    let folder = root.appendingPathComponent("Sources").path
    let all = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return try all.filter { $0.hasSuffix(".swift") && !$0.hasPrefix("Activations/ActivationStore/Schema/") }.sorted()
      .map {
        ($0, try text("Sources/\($0)"))
      }
  }

  /// Every text in the schema's sources: names, paths, prefixes and suffixes of names.
  static func names() throws -> [String] {
    let folder = "Sources/Activations/ActivationStore/Schema"
    let files = try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(folder).path)
    return try files.flatMap { file in
      try text("\(folder)/\(file)").split(separator: "\n").flatMap { line -> [String] in
        if line.drop(while: { $0 == " " }).hasPrefix("//") { return [] }
        return line.matches(of: /= (?:Section\()?"([^"\\]+)"/).map { String($0.1) }
      }
    }
  }

  /// The contents of code marks in the pages.
  static func spans() throws -> [String] {
    let pages = ["file-formats", "heads", "mazes"]
    return try pages.flatMap { page in
      try text("Documentation/\(page).md").matches(of: /`([^`\n]+)`/).map { String($0.1) }
    }
  }

  @Test func thePagesHaveEveryName() throws {
    let spans = try Self.spans()
    let names = try Self.names()
    #expect(names.count > 150)
    for name in names {
      let isPart = name.hasPrefix("_") || name.hasSuffix("_") || name.hasPrefix("/")
      let isThere = spans.contains { span in
        isPart
          ? span.contains(name) : span.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.contains { $0 == name }
      }
      #expect(isThere, "\(name)")
    }
  }

  /// Paths in the pages begin with a group of the schema.
  @Test func thePagesNameNoOtherGroup() throws {
    let groups = Set(try Self.names().filter { $0.hasPrefix("/") }.map { $0.split(separator: "/")[0] })
    for span in try Self.spans() where span.hasPrefix("/") {
      let group = span.dropFirst().prefix { $0.isLetter || $0 == "_" }
      #expect(group.isEmpty || groups.contains(group), "\(span)")
    }
  }

  /// No module writes a path or a name of its own. Multi-line texts are Python, whose names are checked by the
  /// notebooks' tests.
  @Test func noOtherSourceHasThem() throws {
    let names = try Self.names()
    // Names of one word are common, and these are also words of experiment files, metrics and axes.
    let shared = [
      "answer_token", "wrong_token", "clean_tokens", "corrupted_tokens", "sender_position", "receiver_position",
      "first_token", "logit_diff", "source_example",
    ]
    let telling = names.filter { $0.contains("_") && !shared.contains($0) }
    for (path, text) in try Self.sources() {
      var isPython = false
      for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        let marks = line.matches(of: /"""/).count
        defer { if marks == 1 { isPython.toggle() } }
        let code = line.drop { $0 == " " }
        if isPython || marks > 0 || code.hasPrefix("//") || line.contains("JSON") || line.contains(".string(") {
          continue
        }
        for group in names where group.hasPrefix("/") {
          #expect(!code.contains("\"\(group)/") && !code.contains("\"\(group)\""), "\(path): \(code)")
        }
        for name in telling where code.contains("\"\(name)\"") { Issue.record("\(path): \(code)") }
      }
    }
  }

  @Test func namesThatDependOnAnExperiment() {
    #expect(Schema.sweeps.path("heads", Schema.Sweep.attribution(of: "kl")) == "/sweeps/heads/kl_attribution")
    #expect(Schema.Sweep.metric(ofAttribution: "kl_attribution") == "kl")
    #expect(Schema.Sweep.metric(ofAttribution: "kl") == nil)
    #expect(Schema.Prompts.dataset(ofLabel: "label") == "label" && Schema.Prompts.label(ofDataset: "label") == "label")
    #expect(Schema.Prompts.label(ofDataset: Schema.Prompts.dataset(ofLabel: "subject")) == "subject")
    #expect(Schema.Prompts.label(ofDataset: "lengths") == nil)
    #expect(Schema.readouts.name == "readouts" && Schema.doneTables.name == "tables")
    #expect(Schema.Steering.Measure.cheese.change == "p_cheese_change")
  }
}
