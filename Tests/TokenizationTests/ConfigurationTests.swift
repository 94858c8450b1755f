import Diagnostics
import Foundation
import TestSupport
import Testing
import Tokenization

/// The effects of the files beside a vocabulary. The ids are those of transformers 5.24 on the same files
/// (`AutoTokenizer.from_pretrained(folder)(text).input_ids`), with GPT-2's vocabulary.
@Suite struct ConfigurationTests {
  private static let text = "hello [PAD] world<|sep|>next"
  private static let added: [Int32] = [31373, 220, 50257, 995, 50258, 19545]
  private static let plain =
    #""lstrip": false, "rstrip": false, "normalized": false, "single_word": false, "special": true"#

  /// GPT-2's tokenizer in a folder, as one file or as two, with other files beside it.
  private static func tokenizer(json: Bool = true, _ files: [String: String]) throws -> Tokenizer? {
    let folder = try TemporaryFolder(files)
    if json {
      try FileManager.default.copyItem(
        atPath: "\(SharedFiles.gpt2)/tokenizer.json", toPath: "\(folder.path)/tokenizer.json")
    } else {
      for (name, contents) in try twoFiles.get() { try folder.write(name, contents) }
    }
    return try Tokenizer.load(folder: folder.path)
  }

  /// `vocab.json` and `merges.txt`, from GPT-2's tokenizer.json.
  private static let twoFiles = Result { () throws -> [String: Data] in
    let json = try Data(contentsOf: URL(fileURLWithPath: "\(SharedFiles.gpt2)/tokenizer.json"))
    let whole = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
    let model = try #require(whole["model"] as? [String: Any])
    let merges = try #require(model["merges"] as? [[String]]).map { $0.joined(separator: " ") + "\n" }.joined()
    return [
      "vocab.json": try JSONSerialization.data(withJSONObject: try #require(model["vocab"])),
      "merges.txt": Data("#version: 0.2\n\(merges)".utf8),
    ]
  }

  @Test(arguments: [true, false])
  func addedTokensOfTheirOwnFile(json: Bool) throws {
    let tokenizer = try #require(
      try Self.tokenizer(json: json, ["added_tokens.json": #"{"<|sep|>": 50258, "[PAD]": 50257}"#]))
    #expect(try tokenizer.encode(Self.text) == Self.added)
  }

  @Test(arguments: [true, false])
  func addedTokensOfTheConfiguration(json: Bool) throws {
    let decoder = """
      {"added_tokens_decoder": {"50258": {"content": "<|sep|>", \(Self.plain)},
        "50257": {"content": "[PAD]", \(Self.plain)}}}
      """
    let tokenizer = try #require(
      try Self.tokenizer(
        json: json,
        // The decoder takes precedence over the older file.
        ["tokenizer_config.json": decoder, "added_tokens.json": #"{"next": 50257}"#]))
    #expect(try tokenizer.encode(Self.text) == Self.added)
  }

  @Test func theConfigurationSaysHowATokenIsFound() throws {
    let decoder = """
      {"added_tokens_decoder": {"50256": {"content": "<|endoftext|>", "lstrip": true, "rstrip": true, "special": true}}}
      """
    let tokenizer = try #require(try Self.tokenizer(["tokenizer_config.json": decoder]))
    #expect(try tokenizer.encode("a <|endoftext|> b") == [64, 50256, 65])
  }

  @Test(
    arguments: [
      (#"{"pad_token": "[PAD]"}"#, "{}", [31373, 220, 50257, 995, 27, 91, 325, 79, 91, 29, 19545]),
      (#"{"additional_special_tokens": ["<|sep|>", "[PAD]"]}"#, "{}", [31373, 220, 50258, 995, 50257, 19545]),
      ("{}", #"{"pad_token": {"content": "[PAD]"}}"#, [31373, 220, 50257, 995, 27, 91, 325, 79, 91, 29, 19545]),
    ] as [(String, String, [Int32])])
  func namedTokensThatTheVocabularyLacks(configuration: String, map: String, ids: [Int32]) throws {
    let tokenizer = try #require(
      try Self.tokenizer(["tokenizer_config.json": configuration, "special_tokens_map.json": map]))
    #expect(try tokenizer.encode(Self.text) == ids)
  }

  @Test(arguments: [true, false])
  func anIDThatTransformersWouldNotGive(json: Bool) throws {
    let error = #expect(throws: TokenizerError.self) {
      try Self.tokenizer(json: json, ["added_tokens.json": #"{"[PAD]": 50300}"#])
    }
    #expect(
      error?.message.hasSuffix(
        "added_tokens.json: the added token '[PAD]' has the id 50300, but transformers numbers added tokens one after "
          + "another and would make it 50257; add the tokens between the two, or put it into a tokenizer.json") == true)
  }

  @Test(
    arguments: [
      (#"{"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": true}"#, "{}", 18435),
      (#"{"tokenizer_class": "GPTNeoXTokenizerFast", "add_prefix_space": true}"#, "{}", 18435),
      (#"{"add_prefix_space": true}"#, #"{"model_type": "gpt2"}"#, 18435),
      (#"{"tokenizer_class": "PreTrainedTokenizerFast", "add_prefix_space": true}"#, #"{"model_type": "gpt2"}"#, 15496),
      (#"{"add_prefix_space": true}"#, #"{"model_type": "patchbay"}"#, 15496),
      (#"{"tokenizer_class": "GPT2Tokenizer"}"#, "{}", 15496),
    ] as [(String, String, Int32)])
  func aSpaceInFront(configuration: String, model: String, id: Int32) throws {
    let tokenizer = try #require(
      try Self.tokenizer(["tokenizer_config.json": configuration, "config.json": model]))
    #expect(try tokenizer.encode("Hello") == [id])
  }

  @Test func aSpaceInFrontWithOtherSteps() throws {
    let folder = try TemporaryFolder([
      "tokenizer.json": Fixture.metaspace.json,
      "tokenizer_config.json": #"{"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": true}"#,
    ])
    let path = folder.path
    let error = #expect(throws: TokenizerError.self) { try Tokenizer.load(folder: path) }
    #expect(
      error?.message == """
        \(path)/tokenizer_config.json: 'add_prefix_space': the value 'true' is not supported (supported: true with a \
        pre-tokenizer that is ByteLevel, or Split and ByteLevel; \(path)/tokenizer.json has another)
        """)
  }

  @Test(
    arguments: [
      (true, #"{"tokenizer_class": "GPT2Tokenizer", "add_bos_token": true}"#, [15496]),
      (
        true, #"{"tokenizer_class": "PreTrainedTokenizerFast", "add_bos_token": true, "bos_token": "<|endoftext|>"}"#,
        [15496]
      ),
      (false, #"{"tokenizer_class": "GPT2Tokenizer", "add_bos_token": true}"#, [50256, 15496]),
      (
        false, #"{"tokenizer_class": "GPT2Tokenizer", "add_bos_token": true, "add_eos_token": true}"#,
        [50256, 15496, 50256]
      ),
      (false, #"{"tokenizer_class": "GPTNeoXTokenizer", "add_bos_token": true}"#, [50256, 15496]),
      (false, #"{"tokenizer_class": "Qwen2Tokenizer", "add_bos_token": true}"#, [15496]),
    ] as [(Bool, String, [Int32])])
  func aBeginningThatTheConfigurationAdds(json: Bool, configuration: String, ids: [Int32]) throws {
    let tokenizer = try #require(try Self.tokenizer(json: json, ["tokenizer_config.json": configuration]))
    #expect(try tokenizer.encode("Hello") == ids)
  }

  @Test func gptNeoXMakesItsOwnPostProcessor() throws {
    var words = Fixture.words.json
    let folder = try TemporaryFolder(["tokenizer.json": words, "tokenizer_config.json": "{}"])
    #expect(try Tokenizer.load(folder: folder.path)?.encode("Mary") == [1, 3, 2])
    words = #"{"tokenizer_class": "GPTNeoXTokenizer"}"#
    try folder.write("tokenizer_config.json", Data(words.utf8))
    #expect(try Tokenizer.load(folder: folder.path)?.encode("Mary") == [3])
  }

  @Test(
    arguments: [
      ("GPT2Tokenizer", "Hello 12345 cafe\u{301} I'M", [15496, 17031, 2231, 26725, 136, 223, 314, 6, 44]),
      ("CodeGenTokenizer", "Hello 12345", [15496, 17031, 2231]),
      ("GPTNeoXTokenizer", "Hello cafe\u{301}<|padding|>", [15496, 40304, 50257]),
      (
        "Qwen2Tokenizer", "Hello 12345 cafe\u{301} I'M\n\nx",
        [15496, 220, 16, 17, 18, 19, 20, 40304, 314, 6, 44, 628, 87]
      ),
    ] as [(String, String, [Int32])])
  func theClassSaysHowTwoFilesAreRead(name: String, text: String, ids: [Int32]) throws {
    let configuration = ["tokenizer_config.json": #"{"tokenizer_class": "\#(name)"}"#]
    #expect(try Self.tokenizer(json: false, configuration)?.encode(text) == ids)
  }

  @Test func theModelSaysSoWhereNoClassIsNamed() throws {
    let tokenizer = try #require(try Self.tokenizer(json: false, ["config.json": #"{"model_type": "qwen2"}"#]))
    #expect(try tokenizer.encode("Hello 12") == [15496, 220, 16, 17])
  }

  @Test func aClassThatReadsTwoFilesOtherwise() throws {
    let folder = try TemporaryFolder([
      "vocab.json": #"{"a": 0}"#, "merges.txt": "", "tokenizer_config.json": #"{"tokenizer_class": "CLIPTokenizer"}"#,
    ])
    let path = folder.path
    let error = #expect(throws: TokenizerError.self) { try Tokenizer.load(folder: path) }
    #expect(
      error?.message == """
        \(path)/tokenizer_config.json: 'tokenizer_class': the value 'CLIPTokenizer' is not supported (supported: \
        GPT2Tokenizer, CodeGenTokenizer, GPTNeoXTokenizer, Qwen2Tokenizer with vocab.json and merges.txt, and any class \
        with a tokenizer.json; save_pretrained of transformers writes one)
        """)
  }
}
