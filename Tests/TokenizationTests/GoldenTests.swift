import Foundation
import TestSupport
import Testing
import Tokenization

/// Every line of the golden files written by the `tokenizers` library.
@Suite struct GoldenTests {
  @Test func gpt2FromTokenizerJSON() throws {
    let tokenizer = try #require(try Tokenizer.load(folder: SharedFiles.gpt2))
    try check(tokenizer, against: "gpt2")
    #expect(tokenizer.vocabularySize == 50257)
    #expect(tokenizer.beginningOfText == 50256)
    #expect(!tokenizer.addsBeginningOfText)
    #expect(tokenizer.tokenString(5335) == " Mary")
    #expect(tokenizer.id(ofToken: "ĠMary") == 5335)
  }

  @Test func gpt2FromVocabularyAndMerges() throws {
    // The older pair of files, with the same contents as `model` in tokenizer.json.
    let json = try Data(contentsOf: URL(fileURLWithPath: "\(SharedFiles.gpt2)/tokenizer.json"))
    let whole = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
    let model = try #require(whole["model"] as? [String: Any])
    let merges = try #require(model["merges"] as? [[String]])
    let folder = try TemporaryFolder()
    try folder.write("vocab.json", try JSONSerialization.data(withJSONObject: try #require(model["vocab"])))
    try folder.write("merges.txt", "#version: 0.2\n" + merges.map { $0.joined(separator: " ") + "\n" }.joined())
    let tokenizer = try #require(try Tokenizer.load(folder: folder.path))
    try check(tokenizer, against: "gpt2")
    #expect(tokenizer.vocabularySize == 50257)
    #expect(tokenizer.specialTokens.map(\.text) == ["<|endoftext|>"])
    #expect(tokenizer.beginningOfText == 50256)
    #expect(!tokenizer.addsBeginningOfText)
  }

  @Test func stories260K() throws {
    let tokenizer = try #require(try Tokenizer.load(folder: SharedFiles.stories))
    try check(tokenizer, against: "stories260K")
    #expect(tokenizer.vocabularySize == 512)
    #expect(tokenizer.beginningOfText == 1)
    #expect(tokenizer.endOfText == 2)
    #expect(tokenizer.addsBeginningOfText)
    #expect(try tokenizer.encode("Once", beginningOfText: .never) == tokenizer.encode("Once", addSpecialTokens: false))
    #expect(try tokenizer.encode("Once", beginningOfText: .always) == tokenizer.encode("Once"))
  }

  private func check(_ tokenizer: Tokenizer, against name: String) throws {
    let lines = try GoldenLine.read(SharedFiles.golden(name))
    #expect(lines.count > 100)
    for line in lines {
      let ids = try tokenizer.encode(line.text)
      #expect(ids == line.ids, "encoding \(line.text.debugDescription)")
      #expect(bytes(try tokenizer.decode(line.ids)) == bytes(line.decoded), "decoding \(line.text.debugDescription)")
    }
  }
}
