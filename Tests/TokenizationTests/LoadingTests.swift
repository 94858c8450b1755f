import Diagnostics
import Foundation
import TestSupport
import Testing
import Tokenization

@Suite struct LoadingTests {
  private static let vocabulary = #"{"a": 0, "b": 1, "ab": 2, "\u0120": 3, "\u0120a": 4, "<|endoftext|>": 5}"#
  private static let merges = "#version: 0.2\na b\n\u{120} a\n"

  @Test func aFolderWithoutATokenizer() throws {
    let folder = try TemporaryFolder(["config.json": "{}"])
    #expect(try Tokenizer.load(folder: folder.path) == nil)
  }

  @Test func gpt2sTwoFiles() throws {
    let folder = try TemporaryFolder(["vocab.json": Self.vocabulary, "merges.txt": Self.merges])
    let tokenizer = try #require(try Tokenizer.load(folder: folder.path + "/"))
    #expect(try tokenizer.encode("ab a<|endoftext|>") == [2, 4, 5])
    #expect(try tokenizer.decode([2, 4, 5]) == "ab a<|endoftext|>")
    #expect(tokenizer.beginningOfText == 5)
    #expect(!tokenizer.addsBeginningOfText)
  }

  @Test func theConfigurationOfTwoFiles() throws {
    let folder = try TemporaryFolder([
      "vocab.json": Self.vocabulary, "merges.txt": "a b\r\n\u{120} a\r\n",
      "tokenizer_config.json": """
      {"add_bos_token": true, "bos_token": "<|endoftext|>", "add_prefix_space": true,
       "added_tokens_decoder": {"6": {"content": "<sep>", "lstrip": true, "special": false}}}
      """,
    ])
    let tokenizer = try #require(try Tokenizer.load(folder: folder.path))
    #expect(try tokenizer.encode("ab  <sep>a") == [5, 3, 2, 6, 4])
    #expect(tokenizer.vocabularySize == 7)
    #expect(tokenizer.specialTokens.map(\.text) == ["<|endoftext|>"])
  }

  @Test func tokenizerJSONOutweighsTheTwoFiles() throws {
    let folder = try TemporaryFolder(["tokenizer.json": Fixture.words.json, "vocab.json": "broken"])
    #expect(try Tokenizer.load(folder: folder.path)?.vocabularySize == 14)
    #expect(try Tokenizer.load(file: folder.path + "/tokenizer.json").vocabularySize == 14)
  }

  @Test(arguments: [
    (
      ["vocab.json": "{}"], FailureKind.inputNotFound,
      "FOLDER: vocab.json is there but merges.txt is not; a tokenizer needs tokenizer.json, or both of these"
    ),
    (
      ["merges.txt": ""], .inputNotFound,
      "FOLDER: merges.txt is there but vocab.json is not; a tokenizer needs tokenizer.json, or both of these"
    ),
    (
      ["vocab.json": "{\n\"a\":0,\n}", "merges.txt": ""], .badData,
      "FOLDER/vocab.json: line 3, column 1: expected a key in quotes, found '}'"
    ),
    (
      ["vocab.json": "{\"a\":\"0\"}", "merges.txt": ""], .badData,
      "FOLDER/vocab.json: 'a' must be a whole number, not a string"
    ),
    (
      ["vocab.json": vocabulary, "merges.txt": "#version\na b\na b c\n"], .badData,
      "FOLDER/merges.txt: line 3: the merge 'a b c' must be two tokens with one space between them"
    ),
    (
      ["vocab.json": vocabulary, "merges.txt": "a x\n"], .badData,
      "FOLDER/merges.txt: line 1: the merge of 'a' and 'x' needs the token 'x', which is not in the vocabulary"
    ),
    (
      ["tokenizer.json": "{", "tokenizer_config.json": "{}"], .badData,
      "FOLDER/tokenizer.json: line 1, column 2: the text ends where a key in quotes is expected"
    ),
  ])
  func says(files: [String: String], kind: FailureKind, message: String) throws {
    let folder = try TemporaryFolder(files)
    let path = folder.path
    let error = #expect(throws: TokenizerError.self) { try Tokenizer.load(folder: path) }
    #expect(error?.message == message.replacingOccurrences(of: "FOLDER", with: path))
    #expect(error?.kind == kind)
  }

  @Test func whatIsNotThere() throws {
    let folder = try TemporaryFolder()
    let path = folder.path
    let noFolder = #expect(throws: TokenizerError.self) { try Tokenizer.load(folder: path + "/none") }
    #expect(noFolder?.message == "\(path)/none: there is no such folder")
    #expect(noFolder?.kind == .inputNotFound)
    let noFile = #expect(throws: TokenizerError.self) { try Tokenizer.load(file: path + "/tokenizer.json") }
    #expect(noFile?.message == "\(path)/tokenizer.json: there is no such file")
    #expect(noFile?.kind == .inputNotFound)
    // A folder where a file should be.
    let unreadable = #expect(throws: TokenizerError.self) { try Tokenizer.load(file: path) }
    #expect(unreadable?.message == "\(path): the file cannot be read")
    #expect(unreadable?.kind == .inputNotFound)
  }

  @Test func mergesThatAreNotUTF8() throws {
    let folder = try TemporaryFolder(["vocab.json": Self.vocabulary])
    let path = folder.path
    try Data([0x61, 0x20, 0x62, 0x0A, 0xFF]).write(to: URL(fileURLWithPath: path + "/merges.txt"))
    let error = #expect(throws: TokenizerError.self) { try Tokenizer.load(folder: path) }
    #expect(error?.message == "\(path)/merges.txt: line 2 is not UTF-8 text")
  }
}
