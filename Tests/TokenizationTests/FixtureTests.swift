import Testing
import Tokenization

@Suite struct FixtureTests {
  @Test(arguments: Fixture.all)
  func agreesWithTheLibrary(fixture: Fixture) throws {
    let tokenizer = try Tokenizer(json: bytes(fixture.json))
    for line in fixture.lines {
      #expect(try tokenizer.encode(line.text) == line.ids, "encoding \(line.text.debugDescription)")
      let decoded = try tokenizer.decode(line.ids)
      #expect(bytes(decoded) == bytes(line.decoded), "decoding \(line.text.debugDescription)")
    }
  }

  @Test func beginningOfText() throws {
    let llama = try Tokenizer(json: bytes(Fixture.llama3.json))
    #expect(llama.beginningOfText == 0)
    #expect(llama.addsBeginningOfText)
    #expect(try llama.encode("want") == [0, 76])
    #expect(try llama.encode("want", addSpecialTokens: false) == [76])
    #expect(try llama.encode("want", beginningOfText: .automatic) == [0, 76])
    #expect(try llama.encode("want", beginningOfText: .always) == [0, 76])
    #expect(try llama.encode("want", beginningOfText: .never) == [76])

    // "<s>" is one of the usual names; nothing adds it.
    let metaspace = try Tokenizer(json: bytes(Fixture.metaspace.json))
    #expect(metaspace.beginningOfText == 1)
    #expect(!metaspace.addsBeginningOfText)
    #expect(try metaspace.encode("Mary", beginningOfText: .automatic) == [59])
    #expect(try metaspace.encode("Mary", beginningOfText: .always) == [1, 59])

    // A text without the beginning token still gets the end token.
    let words = try Tokenizer(json: bytes(Fixture.words.json))
    #expect(try words.encode("a", beginningOfText: .never) == [6, 2])

    let prefixSpace = try Tokenizer(json: bytes(Fixture.prefixSpace.json))
    #expect(prefixSpace.beginningOfText == nil)
    #expect(throws: TokenizerError.noBeginningOfText) { try prefixSpace.encode("Mary", beginningOfText: .always) }
  }

  @Test func whatBeginsAndEndsATextIsTheFilesOwn() throws {
    // As in transformers 5, which ignores add_bos_token in the configuration if there is a tokenizer.json.
    let adds = bytes(#"{"add_bos_token": true, "bos_token": {"content": "<|end|>"}, "add_eos_token": true}"#)
    let tokenizer = try Tokenizer(json: bytes(Fixture.prefixSpace.json), configuration: adds)
    #expect(!tokenizer.addsBeginningOfText)
    #expect(try tokenizer.encode("Mary") == [58])
    #expect(try tokenizer.encode("Mary", beginningOfText: .always) == [0, 58])

    let other = bytes(#"{"add_bos_token": false, "bos_token": "gave", "eos_token": "[SEP]"}"#)
    let words = try Tokenizer(json: bytes(Fixture.words.json), configuration: other)
    #expect(try words.encode("a") == [1, 6, 2])
    #expect(words.beginningOfText == 1)
    #expect(words.endOfText == 2)
  }

  @Test func namedTokensAreFoundInATextAndNumberedOnWhereTheyAreMissing() throws {
    let names = bytes(
      #"{"bos_token": "<nowhere>", "eos_token": null, "additional_special_tokens": ["<x>", {"content": "drink"}]}"#)
    let tokenizer = try Tokenizer(json: bytes(Fixture.prefixSpace.json), configuration: names)
    #expect(tokenizer.beginningOfText == 70)
    #expect(tokenizer.vocabularySize == 73)
    #expect(try tokenizer.encode(" Mary<x>") == [58, 71])
    // " drink" is one token of the vocabulary, but the added token is found in the text first.
    #expect(try tokenizer.encode(" drink") == [31, 72])
  }

  @Test func specialTokensAreSkippedOnDemand() throws {
    let words = try Tokenizer(json: bytes(Fixture.words.json))
    #expect(try words.decode([1, 3, 4, 2], skipSpecialTokens: true) == "Mary gave")
    #expect(words.specialTokens.map(\.text) == ["[CLS]", "[SEP]"])
    #expect(words.specialTokens.map(\.id) == [1, 2])
    #expect(words.unknownToken == 0)
    #expect(words.vocabularySize == 14)
  }

  @Test func idsOfTokensAreFoundByTheirBytes() throws {
    let words = try Tokenizer(json: bytes(Fixture.words.json))
    #expect(words.id(ofToken: "caf\u{E9}") == 12)
    #expect(words.id(ofToken: "cafe\u{301}") == 13)
    #expect(words.id(ofToken: "[SEP]") == 2)
    #expect(words.id(ofToken: "tea") == nil)
    #expect(words.token(13).map(bytes) == bytes("cafe\u{301}"))
    #expect(words.token(14) == nil)
    #expect(words.token(-1) == nil)
  }

  @Test func tokensAreShownReadably() throws {
    let byteLevel = try Tokenizer(json: bytes(Fixture.prefixSpace.json))
    #expect(byteLevel.tokenString(58) == " Mary")
    #expect(byteLevel.tokenString(30) == "\n")
    #expect(byteLevel.tokenString(0) == "<|end|>")
    #expect(byteLevel.tokenString(70) == "<no token 70>")
    #expect(byteLevel.tokenString(-1) == "<no token -1>")
    let metaspace = try Tokenizer(json: bytes(Fixture.metaspace.json))
    #expect(metaspace.tokenString(59) == " Mary")
  }

  @Test func partsOfCharactersAreShownAsBytes() throws {
    let tokenizer = try #require(try Tokenizer.load(folder: SharedFiles.gpt2))
    // U+1F44D is F0 9F 91 8D; GPT-2 has a token for the first three bytes.
    let ids = try tokenizer.encode("\u{1F44D}")
    #expect(ids.map(tokenizer.tokenString) == ["<0xF0><0x9F><0x91>", "<0x8D>"])
    #expect(try tokenizer.decode(ids) == "\u{1F44D}")
    #expect(try tokenizer.decode([ids[0]]) == "\u{FFFD}")
  }

  @Test func byteTokensAreShownAsCharactersWhereTheyAre() throws {
    let tokenizer = try #require(try Tokenizer.load(folder: SharedFiles.stories))
    let lineBreak = try #require(tokenizer.id(ofToken: "<0x0A>"))
    let part = try #require(tokenizer.id(ofToken: "<0xE2>"))
    #expect(tokenizer.tokenString(lineBreak) == "\n")
    #expect(tokenizer.tokenString(part) == "<0xE2>")
    #expect(tokenizer.tokenString(tokenizer.unknownToken ?? -1) == "<unk>")
  }
}
