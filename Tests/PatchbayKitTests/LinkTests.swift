import Foundation
import TestSupport
import Testing

/// Links between the pages of the repository lead somewhere, and so do their anchors.
@Suite struct LinkTests {
  /// All pages except those of build products.
  static let pages: [String] = {
    let root = SharedFolder.package
    let tops = [
      "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Documentation", "Sources", "Tests", "activations",
      "notebooks-export",
    ]
    return tops.flatMap { top -> [String] in
      if top.hasSuffix(".md") { return [top] }
      let names = FileManager.default.enumerator(atPath: root.appendingPathComponent(top).path)?.compactMap {
        $0 as? String
      }
      return (names ?? []).filter { $0.hasSuffix(".md") && !$0.contains(".docc/") }.map { "\(top)/\($0)" }
    }
    .sorted()
  }()

  private static func text(_ page: String) throws -> String {
    try String(contentsOf: SharedFolder.package.appendingPathComponent(page), encoding: .utf8)
  }

  /// A page's headings as in links: lower case, spaces as hyphens, other characters left out.
  private static func anchors(_ text: String) -> Set<String> {
    Set(
      text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
        let title = line.drop { $0 == "#" }.drop { $0 == " " }.lowercased()
        return String(title.compactMap { $0 == " " ? "-" : $0.isLetter || $0.isNumber || "-_".contains($0) ? $0 : nil })
      })
  }

  @Test func thereArePages() { #expect(Self.pages.count > 40 && Self.pages.contains("Documentation/semantics.md")) }

  @Test(arguments: pages) func linksLeadSomewhere(page: String) throws {
    let text = try Self.text(page)
    let folder = SharedFolder.package.appendingPathComponent(page).deletingLastPathComponent()
    for found in text.matches(of: /\]\(([^)\s]+)\)/) {
      let link = String(found.1)
      if link.contains("://") || link.hasPrefix("mailto:") { continue }
      let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let target =
        parts[0].isEmpty ? SharedFolder.package.appendingPathComponent(page) : folder.appendingPathComponent(parts[0])
      #expect(FileManager.default.fileExists(atPath: target.path), "\(page): \(link)")
      if parts.count == 2, target.path.hasSuffix(".md") {
        let headings = Self.anchors(try String(contentsOf: target, encoding: .utf8))
        #expect(headings.contains(parts[1]), "\(page): \(link) names no heading")
      }
    }
  }
}
