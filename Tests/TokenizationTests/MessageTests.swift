import Diagnostics
import Testing
import Tokenization

/// Each error as a user sees it: what is wrong in the file, and the resulting line.
@Suite struct MessageTests {
  struct Row: Sendable {
    let json: String
    let message: String

    /// Long messages are given in parts; a table of concatenated strings takes the compiler minutes.
    init(_ json: String, _ message: String...) { (self.json, self.message) = (json, message.joined()) }
  }

  /// A tokenizer.json with `model` and other members.
  private static func file(_ members: String, model: String = #"{"type":"WordLevel","vocab":{"a":0}}"#) -> String {
    "{\(members)\(members.isEmpty ? "" : ",")\"model\":\(model)}"
  }

  private static func bpe(vocab: String = #"{"a":0,"b":1,"ab":2}"#, _ members: String) -> String {
    file("", model: #"{"type":"BPE","vocab":\#(vocab),\#(members)}"#)
  }

  private static let malformed: [Row] = [
    Row("{\n\"model\": }", "tokenizer.json: line 2, column 10: expected a value, found '}'"),
    Row("[]", "tokenizer.json: the file must be an object, not an array"),
    Row("{\"a\nb\":0}", "tokenizer.json: line 1, column 4: a control character (0x0A) inside a string must be escaped"),
    Row(#"{"a\nb":0,"a\nb":0}"#, #"tokenizer.json: line 1, column 11: the key 'a\nb' appears twice in one object"#),
    Row("{\"a\":1.\n}", #"tokenizer.json: line 1, column 8: expected a digit, found '\n'"#),
    Row("{}", "tokenizer.json: the key 'model' is missing"),
    Row(#"{"model":{}}"#, "tokenizer.json: the key 'model.vocab' is missing"),
    Row(
      #"{"model":{"type":"Unigram","vocab":[]}}"#,
      "tokenizer.json: 'model': the model 'Unigram' is not supported (supported: BPE, WordLevel)"
    ),
    Row(
      file(#""normalizer":{"type":"Sequence","normalizers":[{"type":"Nmt"}]}"#),
      "tokenizer.json: 'normalizer.normalizers[0]': the normalizer 'Nmt' is not supported ",
      "(supported: Sequence, Prepend, Replace, Lowercase, Strip, NFC, NFD, NFKC, NFKD)"
    ),
    Row(
      file(#""pre_tokenizer":{"type":"BertPreTokenizer"}"#),
      "tokenizer.json: 'pre_tokenizer': the pre-tokenizer 'BertPreTokenizer' is not supported (supported: ByteLevel, ",
      "Split, Sequence, Metaspace, Whitespace, WhitespaceSplit, Digits, Punctuation)"
    ),
    Row(
      file(#""post_processor":{"type":"BertProcessing"}"#),
      "tokenizer.json: 'post_processor': the post-processor 'BertProcessing' is not supported ",
      "(supported: TemplateProcessing, ByteLevel, Sequence)"
    ),
    Row(
      file(#""decoder":{"type":"CTC"}"#),
      "tokenizer.json: 'decoder': the decoder 'CTC' is not supported ",
      "(supported: ByteLevel, Sequence, Replace, ByteFallback, Fuse, Strip, Metaspace)"
    ),
    Row(file(#""normalizer":{"type":7}"#), "tokenizer.json: 'normalizer.type' must be a string, not a whole number"),
    Row(
      file(#""pre_tokenizer":{"type":"Digits","individual_digits":"yes"}"#),
      "tokenizer.json: 'pre_tokenizer.individual_digits' must be true or false, not a string"
    ),
    Row(
      file(#""pre_tokenizer":{"type":"Split","pattern":{"Regex":"(a"},"behavior":"Isolated"}"#),
      "tokenizer.json: 'pre_tokenizer.pattern.Regex': the regular expression '(a' cannot be read: ",
      "end pattern with unmatched parenthesis"
    ),
    Row(
      file(#""pre_tokenizer":{"type":"Split","pattern":{"String":""},"behavior":"Isolated"}"#),
      "tokenizer.json: 'pre_tokenizer.pattern.String' is ''; it must be at least one character"
    ),
    Row(
      file(#""pre_tokenizer":{"type":"Split","pattern":{"String":"x"},"behavior":"Gone"}"#),
      "tokenizer.json: 'pre_tokenizer.behavior' is 'Gone'; ",
      "it must be one of Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous"
    ),
    Row(
      file(#""pre_tokenizer":{"type":"Metaspace","replacement":"xy"}"#),
      "tokenizer.json: 'pre_tokenizer.replacement' is 'xy'; it must be one character"
    ),
    Row(
      file(#""post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"a"}}]}"#),
      "tokenizer.json: the key 'post_processor.special_tokens' is missing"
    ),
    Row(
      file(
        #"""
        "post_processor":{"type":"TemplateProcessing","special_tokens":{"a":{"ids":[9]}},
        "single":[{"SpecialToken":{"id":"a"}},{"Sequence":{"id":"A"}}]}
        """#),
      "tokenizer.json: 'post_processor' is '9'; it must be made of ids that are in the vocabulary"
    ),
    Row(
      file("", model: #"{"vocab":{"a":-1}}"#),
      "tokenizer.json: the token 'a' has the id -1; ids go from 0 to 4194303"
    ),
    Row(
      file("", model: #"{"vocab":{"a":4294967296}}"#),
      "tokenizer.json: the token 'a' has the id 4294967296; ids go from 0 to 4194303"
    ),
    Row(
      file("", model: #"{"vocab":{"a":1e300}}"#),
      "tokenizer.json: 'model.vocab.a' must be a whole number, not a number"
    ),
    Row(
      file("", model: #"{"vocab":{"a":3,"b":3}}"#), "tokenizer.json: the tokens 'a' and 'b' have the same id 3"
    ),
    Row(
      file(#""added_tokens":[{"id":0,"content":"b"}]"#), "tokenizer.json: the tokens 'a' and 'b' have the same id 0"
    ),
    Row(
      file(#""added_tokens":[{"id":5,"content":"a"}]"#), "tokenizer.json: the token 'a' has two ids, 0 and 5"
    ),
    Row(
      file(#""added_tokens":[{"id":-5,"content":"b"}]"#),
      "tokenizer.json: the token 'b' has the id -5; ids go from 0 to 4194303"
    ),
    Row(
      file(#""added_tokens":[{"id":5,"content":""}]"#),
      "tokenizer.json: 'added_tokens[0].content' is ''; it must be at least one character"
    ),
    Row(bpe(#""x":0"#), "tokenizer.json: the key 'model.merges' is missing"),
    Row(
      bpe(#""merges":["a b","ab c"]"#),
      "tokenizer.json: model.merges[1]: the merge of 'ab' and 'c' needs the token 'c', which is not in the vocabulary"
    ),
    Row(
      bpe(#""merges":[["b","a"]]"#),
      "tokenizer.json: model.merges[0]: the merge of 'b' and 'a' needs the token 'ba', which is not in the vocabulary"
    ),
    Row(
      bpe(#""merges":["ab"]"#),
      "tokenizer.json: model.merges[0]: the merge 'ab' must be two tokens with one space between them"
    ),
    Row(bpe(#""merges":[["a"]]"#), "tokenizer.json: 'model.merges[0]' must be two strings, not another array"),
    Row(bpe(#""merges":[7]"#), "tokenizer.json: 'model.merges[0]' must be two tokens, not a whole number"),
    Row(
      bpe(#""merges":[],"dropout":0.1"#),
      "tokenizer.json: 'model.dropout': the value '0.1' is not supported ",
      "(supported: null, because the same text must always give the same tokens)"
    ),
    Row(
      bpe(#""merges":[],"end_of_word_suffix":"</w>""#),
      "tokenizer.json: 'model.end_of_word_suffix': the value '</w>' is not supported ",
      "(supported: null or an empty string)"
    ),
  ]

  @Test(arguments: malformed)
  func aMalformedFile(row: Row) {
    let error = #expect(throws: TokenizerError.self) { try Tokenizer(json: bytes(row.json)) }
    #expect(error?.message == row.message)
    #expect(error?.kind == .badData)
  }

  @Test(arguments: [
    (#"{"bos_token":7}"#, "tokenizer_config.json: 'bos_token' must be a string, not a whole number"),
    (
      #"{"additional_special_tokens":["a", 7]}"#,
      "tokenizer_config.json: 'additional_special_tokens[1]' must be a string, not a whole number"
    ),
    (
      #"{"added_tokens_decoder":{"3":{"content":"<x>"}}}"#,
      "tokenizer_config.json: the added token '<x>' has the id 3, but transformers numbers added tokens one after another "
        + "and would make it 1; add the tokens between the two, or put it into a tokenizer.json"
    ),
    (
      #"{"added_tokens_decoder":{"0":{"content":"<x>"}}}"#,
      "tokenizer_config.json: the tokens 'a' and '<x>' have the same id 0"
    ),
    (#"{"bos_token":"#, "tokenizer_config.json: line 1, column 14: the text ends where a value is expected"),
  ])
  func aMalformedConfiguration(json: String, message: String) {
    let error = #expect(throws: TokenizerError.self) {
      try Tokenizer(json: bytes(Self.file("")), configuration: bytes(json))
    }
    #expect(error?.message == message)
    #expect(error?.kind == .badData)
  }

  @Test func aTextThatCannotBeSaid() throws {
    let words = try Tokenizer(json: bytes(Self.file("")))
    let error = #expect(throws: TokenizerError.self) { try words.encode("two\nlines") }
    #expect(
      error?.message == "the tokenizer has no token for 'two\\nlines', and no unknown token to use instead")
    let letters = try Tokenizer(json: bytes(Self.bpe(#""merges":["a b"]"#)))
    #expect(throws: TokenizerError.unknownText("c")) { try letters.encode("abc") }
    #expect(try letters.encode("abb") == [2, 1])
  }

  @Test(arguments: [-1, 3, Int32.max, Int32.min])
  func anIDWithoutAToken(id: Int32) throws {
    let letters = try Tokenizer(json: bytes(Self.bpe(#""merges":["a b"]"#)))
    let error = #expect(throws: TokenizerError.self) { try letters.decode([0, id]) }
    #expect(error?.message == "there is no token with the id \(id); ids go from 0 to 2")
    #expect(error?.kind == .badData)
  }

  @Test func noBeginning() {
    #expect(
      TokenizerError.noBeginningOfText.message
        == "prepend_bos: true asks for a beginning-of-text token, but the tokenizer has none")
  }
}
