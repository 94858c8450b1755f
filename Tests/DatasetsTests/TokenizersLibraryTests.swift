import Datasets
import Foundation
import TestSupport
import Testing
import Tokenization

/// The grammar's tokenizer as read by the library that its file is written for.
@Suite struct TokenizersLibraryTests {
  private static let isThere: Bool = {
    do {
      return try Python.run("check_tokenizer.py", ["--is-there"]).status == 0
    } catch {
      return false
    }
  }()

  private struct Line: Encodable {
    let text: String
    let tokens: [Int32]
  }

  @Test(.enabled(if: isThere, "PATCHBAY_PYTHON names no interpreter that has tokenizers"))
  func tokensAreTheLibrarys() throws {
    let json = GrammarTokenizer.json()
    let tokenizer = try Tokenizer(json: Array(json.utf8))
    let text = GrammarText(seed: 11)
    // Text from the grammar, and text that it was not made for.
    let others = [
      "", " ", "  two  spaces ", "Ångström, naïve — 東京! 🎹", "it's they'll WE'VE", "a\tb\n\nc", "1732 17 3 100000",
      "<|endoftext|>a",
      "unheard-of Zyxwvut words", "MaryJohn mary JOHN",
    ]
    let encoder = JSONEncoder()
    let lines = try ((0..<5000).map(text.document) + others).map {
      String(decoding: try encoder.encode(Line(text: $0, tokens: try tokenizer.encode($0))), as: UTF8.self)
    }
    let folder = try TemporaryFolder()
    let file = try folder.write("tokenizer.json", json)
    let texts = try folder.write("texts.jsonl", lines.joined(separator: "\n"))
    let result = try Python.run("check_tokenizer.py", [file, texts])
    #expect(result.status == 0 && result.output == "\(lines.count) texts agree\n", "\(result.output)")
  }
}
