import Foundation
import TestSupport
import Testing

/// README's first experiment runs.
@Suite struct ReadmeTests {
  @Test func theFirstExperimentRuns() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
    let blocks = readme.components(separatedBy: "```yaml\n").dropFirst()
    let first = try #require(blocks.first { $0.hasPrefix("name: first\n") }?.components(separatedBy: "```").first)
    let place = try Workplace()
    try place.write("first.yaml", first)
    let finished = try Tool.run("run", "first.yaml", "--output", "out", in: place.path)
    #expect(finished.status == 0, "\(finished.errors)")
    #expect(try place.written().contains("first/report.html"))
  }
}
