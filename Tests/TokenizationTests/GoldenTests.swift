import Foundation
import Testing
import Tokenization

/// Every line of the golden files, which the `tokenizers` library wrote.
@Suite struct GoldenTests {
  @Test(.enabled(if: SharedFiles.haveGPT2, "needs ../shared/models/gpt2-tokenizer and its golden file"))
  func gpt2FromTokenizerJSON() throws {
    let tokenizer = try #require(try Tokenizer.load(folder: SharedFiles.gpt2))
    try check(tokenizer, against: "gpt2")
    #expect(tokenizer.vocabularySize == 50257)
    #expect(tokenizer.beginningOfText == 50256)
    #expect(!tokenizer.addsBeginningOfText)
    #expect(tokenizer.tokenString(5335) == " Mary")
    #expect(tokenizer.id(ofToken: "ĠMary") == 5335)
  }

  @Test(.enabled(if: SharedFiles.haveGPT2, "needs ../shared/models/gpt2-tokenizer and its golden file"))
  func gpt2FromVocabularyAndMerges() throws {
    let folder = try TemporaryFolder()
    for name in ["vocab.json", "merges.txt"] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder.path)/\(name)", withDestinationPath: "\(SharedFiles.gpt2)/\(name)")
    }
    let tokenizer = try #require(try Tokenizer.load(folder: folder.path))
    try check(tokenizer, against: "gpt2")
    #expect(tokenizer.vocabularySize == 50257)
    #expect(tokenizer.specialTokens.map(\.text) == ["<|endoftext|>"])
    #expect(tokenizer.beginningOfText == 50256)
    #expect(!tokenizer.addsBeginningOfText)
  }

  @Test(.enabled(if: SharedFiles.haveStories, "needs ../shared/models/stories260K and its golden file"))
  func stories260K() throws {
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
