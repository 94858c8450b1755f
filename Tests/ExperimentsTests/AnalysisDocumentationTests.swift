import Analyses
import Analysis
import ExperimentFile
import Foundation
import Testing

/// The page on analysis files lists exactly what the decoder reads.
@Suite struct AnalysisDocumentationTests {
  static let page = DocumentationTests.page.deletingLastPathComponent().appendingPathComponent("analysis-file.md")

  /// There are two tables below `select`: its own, and that of a position.
  static func names() throws -> [String: [String]] {
    var names = try DocumentationTests.names(page)
    let select = names["select"] ?? []
    let split = select.firstIndex(of: "token") ?? select.count
    names["select"] = Array(select[..<split])
    names["select.positions[]"] = Array(select[split...])
    return names
  }

  @Test(arguments: KeyTable.analysisTables) func keys(table: KeyTable) throws {
    #expect(try Self.names()[table.name] == table.keys.map(\.name))
  }

  @Test func nothingElseIsDocumented() throws {
    let names = Set(try Self.names().keys)
    #expect(names.subtracting(KeyTable.analysisTables.map(\.name)).isEmpty)
    let text = try String(contentsOf: Self.page, encoding: .utf8)
    for kind in AnalysisKindName.allCases { #expect(text.contains("### `\(kind.rawValue)`")) }
    for method in ReaderChoice.allCases { #expect(text.contains("`\(method.rawValue)`")) }
  }

  /// Every block marked `yaml` is a whole analysis file.
  @Test func examplesRead() throws {
    let parts = try String(contentsOf: Self.page, encoding: .utf8).components(separatedBy: "```")
    let examples = parts.filter { $0.hasPrefix("yaml\n") }.map { String($0.dropFirst("yaml\n".count)) }
    #expect(examples.count == 1)
    for example in examples { _ = try AnalysisFile(yaml: example, file: "example.yaml") }
  }
}
