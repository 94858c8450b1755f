import Foundation
import PatchbayKit
import TestSupport
import Testing

/// The code of the library's pages runs.
@Suite struct DocumentationSnippetsTests {
  private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  private static let catalogue = SharedFolder.package.appendingPathComponent(
    "Sources/Entrances/PatchbayKit/PatchbayKit.docc")

  static let pages = [
    "GettingStarted", "Patching", "SweepsAndEffects", "Paths", "Attribution", "Steering", "CachesAndAnalyses", "Mazes",
  ]

  private func lines(_ code: (inout DocumentationSnippets) throws -> [String]) throws -> [String] {
    try withTemporaryFolder { folder in
      var snippets = DocumentationSnippets(folder: folder)
      return try code(&snippets)
    }
  }

  @Test func gettingStarted() throws {
    let printed = try lines { try $0.gettingStarted() }
    #expect(printed.count == 5 && printed[0].hasPrefix(" Mary ") && printed[3] == "[14, 128]")
    #expect(printed[4] == #"["layer", "position", "dModel"]"#)
  }

  @Test func patching() throws {
    let printed = try lines { try $0.patching() }
    #expect(printed.count == 3 && Float(printed[0]) ?? 0 > 0.5, "\(printed)")
  }

  @Test func sweeps() throws {
    let printed = try lines { try $0.sweeps() }
    try #require(printed.count == 5)
    #expect(printed[0] == "[0, 6]" && printed[4] == "[5, 8, 1]", "\(printed)")
    #expect(printed[1].hasPrefix(#"z ["0", "6"] "#) && printed[2].hasPrefix("resid_pre "))
    #expect(printed[3].hasPrefix("z-zero "))
  }

  @Test func paths() throws {
    let printed = try lines { try $0.paths() }
    #expect(printed.count == 2 && printed[0].hasPrefix(#"into-logits ["0.6""#), "\(printed)")
  }

  @Test func attribution() throws {
    let printed = try lines { try $0.attribution() }
    #expect(printed.count == 1 && printed[0].hasSuffix(" 40"), "\(printed)")
  }

  @Test func steering() throws {
    #expect(try lines { try $0.steering() } == [#"["layer", "coefficient"] 15"#, "1"])
  }

  @Test func caches() throws {
    let printed = try lines { try $0.caches() }
    #expect(printed.count == 1 && printed[0].hasPrefix("5 [24, ") && printed[0].hasSuffix(", 128]"), "\(printed)")
  }

  @Test func mazes() throws {
    let printed = try lines { try $0.mazes() }
    #expect(printed.count == 2 && printed[1] == #"["coefficient"] 5"#, "\(printed)")
  }

  /// A page's block and the part of the function with its name are the same text, except for indentation.
  @Test(arguments: pages) func thePageShowsIt(page: String) throws {
    let text = try String(contentsOf: Self.catalogue.appendingPathComponent("\(page).md"), encoding: .utf8)
    let blocks = text.components(separatedBy: "```swift\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
    let source = try String(
      contentsOf: Self.tests.appendingPathComponent("DocumentationSnippets.swift"), encoding: .utf8)
    let region = try #require(source.components(separatedBy: "// ---------- \(page)\n").dropFirst().first)
      .components(separatedBy: "    // ----------\n")[0]
    let code = region.components(separatedBy: "\n").map { $0.hasPrefix("    ") ? String($0.dropFirst(4)) : $0 }
    let shown = code.joined(separator: "\n")
    #expect(blocks == [shown], "\(page).md should show:\n\(shown)")
  }

  /// Every page of the catalogue is on the landing page, and every page with code is compared with it.
  @Test func thereAreNoOtherPages() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.catalogue.path).sorted()
    #expect(files == (Self.pages + ["PatchbayKit"]).map { "\($0).md" }.sorted())
    let landing = try String(contentsOf: Self.catalogue.appendingPathComponent("PatchbayKit.md"), encoding: .utf8)
    for page in Self.pages { #expect(landing.contains("- <doc:\(page)>")) }
  }
}
