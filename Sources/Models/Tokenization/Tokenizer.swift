/// Turns text into the ids of tokens and back, as Hugging Face's `tokenizers` library does.
///
/// A text goes through five steps: added tokens are cut out of it, a normalizer changes the rest, a pre-tokenizer
/// splits it into words, a model turns each word into ids, and a post-processor puts special tokens around them.
///
/// `truncation` and `padding` of a tokenizer.json are ignored on purpose: a prompt is run as given.
public struct Tokenizer: Sendable {
  /// A token with a special meaning, such as the beginning of a text.
  public struct SpecialToken: Sendable, Equatable {
    public let id: Int32
    public let text: String
  }

  let model: TokenizerModel
  let normalizer: Normalizer?
  let preTokenizer: PreTokenizer?
  let postProcessor: PostProcessor
  let decoder: TokenDecoder?
  /// By id.
  let addedTokens: [Int32: AddedToken]
  let addedIDs: [[UInt8]: Int32]
  /// The text from which added tokens are decoded: those that are searched for in normalized text have themselves been
  /// normalized.
  let addedSpellings: [Int32: String]
  /// Finds added tokens in the original text.
  let rawMatcher: AddedTokenMatcher
  /// Finds the others, after the normalizer.
  let normalizedMatcher: AddedTokenMatcher

  /// The token that begins a text: the post-processor's, else the `bos_token` of tokenizer_config.json, else the
  /// special token with one of the usual names (`<|begin_of_text|>`, `<s>`, `<bos>`, `[BOS]`, `<|endoftext|>`).
  public let beginningOfText: Int32?
  /// The token that ends a text: the `eos_token` of tokenizer_config.json, else one with a usual name.
  public let endOfText: Int32?
  /// One more than the largest id. A model's embedding may have more rows, never fewer.
  public let vocabularySize: Int

  init(_ parts: TokenizerParts) throws(TokenizerError) {
    model = parts.model
    normalizer = parts.normalizer
    preTokenizer = parts.preTokenizer
    decoder = parts.decoder
    var list = try AddedTokenList(parts.addedTokens, in: model.vocabulary, file: parts.file)
    try list.add(parts.configuration)
    let tokens = list.tokens.sorted { $0.id < $1.id }
    let byID = Dictionary(uniqueKeysWithValues: tokens.map { ($0.id, $0) })
    addedTokens = byID
    addedIDs = Dictionary(uniqueKeysWithValues: tokens.map { (Array($0.content.utf8), $0.id) })
    let normalizer = parts.normalizer
    func normalized(_ text: [UInt8]) throws(TokenizerError) -> [UInt8] { try normalizer?.normalize(text) ?? text }
    var spellings: [Int32: String] = [:]
    for token in tokens {
      let bytes = Array(token.content.utf8)
      spellings[token.id] = token.isNormalized ? String(decoding: try normalized(bytes), as: UTF8.self) : token.content
    }
    addedSpellings = spellings
    rawMatcher = AddedTokenMatcher(tokens.filter { !$0.isNormalized }) { $0 }
    normalizedMatcher = try AddedTokenMatcher(tokens.filter(\.isNormalized), normalize: normalized)
    vocabularySize = max(model.vocabulary.size, tokens.last.map { Int($0.id) + 1 } ?? 0)

    let names = SpecialNames(tokens: tokens, model: model, configuration: parts.configuration)
    (beginningOfText, endOfText, postProcessor) = names.resolve(parts.postProcessor)
    for id in postProcessor.prefix + postProcessor.suffix where token(id) == nil {
      throw .badValue(
        file: parts.file, path: "post_processor", value: "\(id)", expected: "made of ids that are in the vocabulary")
    }
  }

  /// Whether `encode` itself adds the beginning-of-text token.
  public var addsBeginningOfText: Bool { !postProcessor.prefix.isEmpty }

  /// The token for text that the vocabulary does not have.
  public var unknownToken: Int32? { model.unknown }

  /// Sorted by id.
  public var specialTokens: [SpecialToken] {
    addedTokens.values.filter(\.isSpecial).map { SpecialToken(id: $0.id, text: $0.content) }.sorted { $0.id < $1.id }
  }

  /// The id of a token as spelled in the vocabulary ("ĠMary", "▁the"); compared byte by byte.
  public func id(ofToken token: String) -> Int32? {
    addedIDs[Array(token.utf8)] ?? model.vocabulary.id(of: token)
  }

  /// A token as spelled in the vocabulary; nil if no token has this id.
  public func token(_ id: Int32) -> String? {
    addedTokens[id]?.content ?? model.vocabulary.token(id)
  }
}

/// The parts of a tokenizer.
struct TokenizerParts {
  /// The file named in messages.
  var file: String
  var model: TokenizerModel
  var normalizer: Normalizer?
  var preTokenizer: PreTokenizer?
  var postProcessor = PostProcessor()
  var decoder: TokenDecoder?
  var addedTokens: [AddedToken] = []
  var configuration = TokenizerConfiguration()
}
