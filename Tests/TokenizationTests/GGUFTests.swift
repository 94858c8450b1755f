import Diagnostics
import Foundation
import TestSupport
import Testing
import Tokenization

/// Tokenizers that GGUF metadata describes, compared with the results of other libraries for small ones
/// (`scripts/python/golden_gguf_tokenizers.py`), and metadata that cannot be right.
@Suite struct GGUFTests {
  private struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let vocabulary: GGUFVocabulary
    let lines: [Line]

    var testDescription: String { name }
  }

  private struct Line: Sendable {
    let text: String
    let ids: [Int32]
    /// nil if the other library has none to compare.
    let decoded: String?
  }

  private static let cases: [Case] = {
    do { return try read() } catch { fatalError("\(error)") }
  }()

  private static func read() throws -> [Case] {
    let path = SharedFolder.path("golden/tokenizers/gguf.json")
    let root = try JSONValue(parsing: Array(Data(contentsOf: URL(fileURLWithPath: path))))
    return try ["byte_level", "prefixed", "gemma"].flatMap { name in
      let group = try #require(root[name])
      return try #require(group["cases"]?.arrayValue).map { item in
        var vocabulary = try self.vocabulary(group)
        vocabulary.pre = item["pre"]?.stringValue
        return Case(
          name: vocabulary.pre ?? name, vocabulary: vocabulary,
          lines: try #require(item["lines"]?.arrayValue).map { line in
            Line(
              text: try #require(line["text"]?.stringValue),
              ids: try #require(line["ids"]?.arrayValue).compactMap { $0.integerValue.map(Int32.init) },
              decoded: line["decoded"]?.stringValue)
          })
      }
    }
  }

  private static func vocabulary(_ group: JSONValue) throws -> GGUFVocabulary {
    GGUFVocabulary(
      model: try #require(group["model"]?.stringValue),
      tokens: try #require(group["tokens"]?.arrayValue).compactMap(\.stringValue),
      scores: group["scores"]?.arrayValue?.compactMap { $0.doubleValue.map(Float.init) },
      tokenTypes: group["types"]?.arrayValue?.compactMap { $0.integerValue.map(Int32.init) },
      merges: group["merges"]?.arrayValue?.compactMap(\.stringValue), bosID: group["bos"]?.integerValue,
      eosID: group["eos"]?.integerValue, unkID: group["unk"]?.integerValue, padID: group["pad"]?.integerValue,
      addSpacePrefix: group["add_space_prefix"]?.boolValue)
  }

  @Test(arguments: cases)
  private func agreesWithTheOtherLibrary(item: Case) throws {
    let tokenizer = try Tokenizer(gguf: item.vocabulary)
    #expect(item.lines.count > 40)
    for line in item.lines {
      #expect(try tokenizer.encode(line.text) == line.ids, "encoding \(line.text.debugDescription)")
      guard let decoded = line.decoded else { continue }
      #expect(bytes(try tokenizer.decode(line.ids)) == bytes(decoded), "decoding \(line.text.debugDescription)")
    }
  }

  @Test func namesAreOfOneKind() throws {
    // The golden file has one name of each family; these are more of the same kinds.
    let pairs = [("olmo", "gpt-2"), ("starcoder", "smollm"), ("llama3", "llama-bpe"), ("stablelm2", "qwen2")]
    for (other, name) in pairs {
      let item = try #require(Self.cases.first { $0.name == name })
      var vocabulary = item.vocabulary
      vocabulary.pre = other
      let tokenizer = try Tokenizer(gguf: vocabulary)
      for line in item.lines { #expect(try tokenizer.encode(line.text) == line.ids) }
    }
  }

  @Test func whatBeginsAndEndsAText() throws {
    let item = try #require(Self.cases.first { $0.name == "gpt-2" })
    var vocabulary = item.vocabulary
    let plain = try Tokenizer(gguf: vocabulary)
    #expect(!plain.addsBeginningOfText)
    #expect(plain.beginningOfText == 0)
    #expect(plain.specialTokens.map(\.text) == ["<|end|>", "<pad>"])
    vocabulary.addBOS = true
    vocabulary.addEOS = true
    vocabulary.eosID = 1
    let both = try Tokenizer(gguf: vocabulary)
    #expect(try both.encode("Mary") == [0] + plain.encode("Mary") + [1])
    #expect(both.endOfText == 1)
    // By default, llama.cpp puts a beginning-of-text token before the texts of SentencePiece models; its id is 1.
    var gemma = try #require(Self.cases.first { $0.name == "gemma" }).vocabulary
    gemma.bosID = nil
    #expect(try Tokenizer(gguf: gemma).encode("") == [1])
    gemma.addBOS = false
    #expect(try Tokenizer(gguf: gemma).encode("") == [])
  }

  @Test func anEmptyTokenIsASpareRow() throws {
    let vocabulary = GGUFVocabulary(model: "gpt2", pre: "gpt-2", tokens: ["a", "", ""], merges: [])
    let tokenizer = try Tokenizer(gguf: vocabulary)
    #expect(tokenizer.vocabularySize == 3)
    #expect(try tokenizer.encode("aa") == [0, 0])
    #expect(tokenizer.tokenString(2) == "[EMPTY_2]")
  }

  @Test func saysWhatIsWrong() {
    let base = GGUFVocabulary(model: "gpt2", pre: "gpt-2", tokens: ["a", "b", "ab"], merges: ["a b"])
    func message(_ change: (inout GGUFVocabulary) -> Void) -> String? {
      var vocabulary = base
      change(&vocabulary)
      return #expect(throws: TokenizerError.self) { try Tokenizer(gguf: vocabulary, file: "m.gguf") }?.message
    }
    #expect(
      message { $0.model = "bert" }
        == "m.gguf: 'tokenizer.ggml.model': the value 'bert' is not supported (supported: gpt2, which is byte-level BPE, and llama)"
    )
    let unknown = message { $0.pre = "kimi-k2" } ?? ""
    #expect(
      unknown.hasPrefix("m.gguf: 'tokenizer.ggml.pre': the value 'kimi-k2' is not supported (supported: a.x-4.0, "))
    #expect(unknown.hasSuffix("tekken, trillion)"))
    #expect(message { $0.merges = nil } == "m.gguf: the key 'tokenizer.ggml.merges' is missing")
    #expect(message { $0.model = "llama" } == "m.gguf: the key 'tokenizer.ggml.scores' is missing")
    #expect(message { $0.tokens = [] } == "m.gguf: the key 'tokenizer.ggml.tokens' is missing")
    #expect(
      message { $0.merges = ["a b", "a c"] }
        == "m.gguf: tokenizer.ggml.merges[1]: the merge of 'a' and 'c' needs the token 'c', which is not in the vocabulary"
    )
    #expect(
      message { $0.scores = [0] }
        == "m.gguf: 'tokenizer.ggml.scores' is '1 values'; it must be one value for each of the 3 tokens")
    #expect(
      message { $0.tokenTypes = [1, 1, 9] } == "m.gguf: 'tokenizer.ggml.token_type[2]' is '9'; it must be from 1 to 6")
    #expect(
      message { $0.bosID = 3 } == "m.gguf: 'tokenizer.ggml.bos_token_id' is '3'; it must be an id from 0 to 2")
    #expect(message { $0.addBOS = true } == "m.gguf: the key 'tokenizer.ggml.bos_token_id' is missing")
    #expect(message { $0.tokens = ["a", "b", "a"] } == "m.gguf: the token 'a' has two ids, 0 and 2")
    #expect(
      message { (vocabulary: inout GGUFVocabulary) in
        vocabulary.model = "llama"
        vocabulary.scores = [0, .nan, 0]
      } == "m.gguf: 'tokenizer.ggml.scores[1]' is 'nan'; it must be a number")
  }
}
