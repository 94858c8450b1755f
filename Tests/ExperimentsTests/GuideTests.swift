import Checkpoints
import Commands
import ExperimentFile
import Foundation
import Patching
import Testing

/// The explanatory pages agree with what they explain.
@Suite struct GuideTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)
  }

  @Test func semanticsHasEveryMetricDirectionAndEdit() throws {
    let names = try DocumentationTests.names(Self.root.appendingPathComponent("Documentation/semantics.md"))
    #expect(names["Metrics"] == Metric.allCases.map(\.rawValue))
    #expect(names["Two runs"] == PatchingDirection.allCases.map(\.rawValue))
    let keys = try #require(KeyTable.all.first { $0.name == "sweeps[].edit" }).keys.map(\.name)
    let edits = try #require(names["Ablations and other edits"])
    for key in ["patch", "zero", "mean"] + keys {
      #expect(edits.contains { $0 == key || $0.hasPrefix("{\(key):") }, "\(key) is not explained")
    }
    #expect(edits.count == 3 + keys.count)
  }

  /// Every work cited with a year is among the references, and every reference is cited.
  @Test func semanticsReferencesAreThoseItNames() throws {
    let parts = try text("Documentation/semantics.md").components(separatedBy: "## References\n")
    // A name may run across the end of a line.
    let (body, list) = (parts[0].replacing("\n", with: " "), parts[1])
    let references = list.split(separator: "\n").compactMap { line in
      line.firstMatch(of: /^- (.+ (?:19|20)\d\d), \*/).map { String($0.1) }
    }
    #expect(references.count > 10)
    for reference in references { #expect(body.contains(reference), "\(reference) is not named") }
    for found in body.matches(of: /(?:[A-Z][\w-]+(?:, | and ))?[A-Z][\w-]+ (?:et al\. )?(?:19|20)\d\d/) {
      let name = String(found.0)
      #expect(references.contains { $0.hasSuffix(name) || name.hasSuffix($0) }, "\(name) is no reference")
    }
  }

  /// The code on the page is the actual code, and the files that it names exist.
  @Test func addingAFamilyShowsWhatThereIs() throws {
    let page = try text("Documentation/adding-a-family.md")
    let block = try #require(page.components(separatedBy: "```swift\n").dropFirst().first).components(
      separatedBy: "```")[0]
    #expect(try text("Sources/Models/Checkpoints/Families/Qwen3Family.swift").contains(block))
    var files = 0
    for found in page.matches(of: /`((?:Sources|Tests)\/[\w\/+-]+\.swift)`/) {
      #expect(
        FileManager.default.fileExists(atPath: Self.root.appendingPathComponent(String(found.1)).path), "\(found.1)")
      files += 1
    }
    #expect(files > 8)
    #expect(Set(ModelsCommand.coverage.keys) == Set(ModelFamilies.modelTypes))
    for type in ["TransformerSpec", "ModelFamilies.all", "GoldenModel.families", "ModelsCommand.coverage"] {
      #expect(page.contains(type))
    }
  }
}
