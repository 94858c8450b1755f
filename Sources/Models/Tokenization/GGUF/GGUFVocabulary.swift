/// The tokenizer that the metadata of a GGUF file describes, under llama.cpp's keys (`tokenizer.ggml.*`).
///
/// The keys are those of the GGUF specification (`docs/gguf.md` of ggml-org/ggml).
public struct GGUFVocabulary: Sendable, Equatable {
  /// `tokenizer.ggml.model`: "gpt2" is byte-level BPE, "llama" is BPE by scores like in SentencePiece.
  public var model: String
  /// `tokenizer.ggml.pre`: llama.cpp's name of how byte-level BPE splits a text into words.
  public var pre: String?
  /// `tokenizer.ggml.tokens`, by id.
  public var tokens: [String]
  /// `tokenizer.ggml.scores`, one per token: of two merges, the one that makes the token with the higher score comes
  /// first.
  public var scores: [Float]?
  /// `tokenizer.ggml.token_type`, one per token: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte.
  public var tokenTypes: [Int32]?
  /// `tokenizer.ggml.merges`: two tokens with a space between them, in the order of merging.
  public var merges: [String]?
  /// `tokenizer.ggml.bos_token_id`, `eos_token_id`, `unknown_token_id` and `padding_token_id`.
  public var bosID: Int?
  public var eosID: Int?
  public var unkID: Int?
  public var padID: Int?
  /// `tokenizer.ggml.add_bos_token`, `add_eos_token` and `add_space_prefix`.
  public var addBOS: Bool?
  public var addEOS: Bool?
  public var addSpacePrefix: Bool?
  /// `tokenizer.chat_template`. It is not applied: prompts are run as given.
  public var chatTemplate: String?

  public init(
    model: String, pre: String? = nil, tokens: [String], scores: [Float]? = nil, tokenTypes: [Int32]? = nil,
    merges: [String]? = nil, bosID: Int? = nil, eosID: Int? = nil, unkID: Int? = nil, padID: Int? = nil,
    addBOS: Bool? = nil, addEOS: Bool? = nil, addSpacePrefix: Bool? = nil, chatTemplate: String? = nil
  ) {
    self.model = model
    self.pre = pre
    self.tokens = tokens
    self.scores = scores
    self.tokenTypes = tokenTypes
    self.merges = merges
    self.bosID = bosID
    self.eosID = eosID
    self.unkID = unkID
    self.padID = padID
    self.addBOS = addBOS
    self.addEOS = addEOS
    self.addSpacePrefix = addSpacePrefix
    self.chatTemplate = chatTemplate
  }
}

/// The purpose of a token; the raw values are those of `tokenizer.ggml.token_type`.
enum GGUFTokenType: Int32, Sendable {
  case normal = 1
  case unknown, control, userDefined, unused, byte
}
