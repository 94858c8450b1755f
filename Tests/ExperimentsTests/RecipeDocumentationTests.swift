import ExperimentFile
import Foundation
import Testing

/// The page on training lists exactly what the recipe's decoder reads.
@Suite struct RecipeDocumentationTests {
  static let page = DocumentationTests.page.deletingLastPathComponent().appendingPathComponent("training.md")

  @Test(arguments: KeyTable.recipeTables) func keys(table: KeyTable) throws {
    #expect(try DocumentationTests.names(Self.page)[table.name] == table.keys.map(\.name))
  }

  @Test func nothingElseIsDocumented() throws {
    let names = Set(try DocumentationTests.names(Self.page).keys)
    #expect(names.subtracting(KeyTable.recipeTables.map(\.name)) == ["What is written"])
  }

  /// Every block marked `yaml` is a whole recipe, although its text does not exist.
  @Test func examplesRead() throws {
    let parts = try String(contentsOf: Self.page, encoding: .utf8).components(separatedBy: "```")
    let examples = parts.filter { $0.hasPrefix("yaml\n") }.map { String($0.dropFirst("yaml\n".count)) }
    #expect(examples.count == 3)
    for example in examples {
      let place = try RecipePlace()
      let own = example.replacingOccurrences(of: "../models/gpt2", with: "tokenizer")
        .replacingOccurrences(of: "stories.jsonl", with: "text.jsonl")
      _ = try place.read(own)
    }
  }
}
