/// What is read of tokenizer_config.json.
struct TokenizerConfiguration {
  var file = "tokenizer_config.json"
  var addsBeginningOfText: Bool?
  var addsEndOfText: Bool?
  var beginningOfText: String?
  var endOfText: String?
  var unknownToken: String?
  var addsPrefixSpace: Bool?
  /// Only where there is no tokenizer.json, which has them itself.
  var addedTokens: [AddedToken] = []

  init() {}

  init(_ field: JSONField) throws(TokenizerError) {
    file = field.file
    addsBeginningOfText = try field.member("add_bos_token")?.bool()
    addsEndOfText = try field.member("add_eos_token")?.bool()
    addsPrefixSpace = try field.member("add_prefix_space")?.bool()
    beginningOfText = try Self.token("bos_token", of: field)
    endOfText = try Self.token("eos_token", of: field)
    unknownToken = try Self.token("unk_token", of: field)
    guard let added = try field.member("added_tokens_decoder") else { return }
    for member in try added.object().members {
      let token = JSONField(value: member.value, file: field.file, path: "\(added.path).\(member.key)")
      guard let id = Int(member.key) else { throw token.badValue(member.key, expected: "an id as its key") }
      addedTokens.append(try AddedToken(token, id: id, content: token.required("content").string()))
    }
  }

  /// A token is written as a string, or as an object with its content.
  private static func token(_ key: String, of field: JSONField) throws(TokenizerError) -> String? {
    guard let token = try field.member(key) else { return nil }
    if case .object = token.value { return try token.required("content").string() }
    return try token.string()
  }
}

/// Finds out which tokens begin and end a text.
struct SpecialNames {
  let tokens: [AddedToken]
  let model: TokenizerModel
  let configuration: TokenizerConfiguration

  private static let usualBeginnings = ["<|begin_of_text|>", "<s>", "<bos>", "[BOS]", "<|endoftext|>"]
  private static let usualEnds = ["<|end_of_text|>", "</s>", "<eos>", "[EOS]", "<|endoftext|>"]

  /// The tokens that begin and end a text, and the post-processor with those that tokenizer_config.json adds.
  ///
  /// - Throws: `tokenOutsideVocabulary` when a token is to be added that does not exist. One that is only named is passed over:
  ///   many published configurations name tokens that their tokenizers do not have.
  func resolve(
    _ processor: PostProcessor
  ) throws(TokenizerError) -> (beginning: Int32?, end: Int32?, processor: PostProcessor) {
    var processor = processor
    if !processor.isDecided {
      if configuration.addsBeginningOfText == true {
        processor.prefix = [try required(configuration.beginningOfText, key: "bos_token")]
      }
      if configuration.addsEndOfText == true {
        processor.suffix = [try required(configuration.endOfText, key: "eos_token")]
      }
    }
    let beginning =
      processor.prefix.first ?? configuration.beginningOfText.flatMap(id) ?? usual(Self.usualBeginnings)
    return (beginning, configuration.endOfText.flatMap(id) ?? usual(Self.usualEnds), processor)
  }

  private func required(_ token: String?, key: String) throws(TokenizerError) -> Int32 {
    guard let token else { throw .missingKey(file: configuration.file, path: key) }
    guard let id = id(token) else {
      throw .tokenOutsideVocabulary(file: configuration.file, path: key, token: token)
    }
    return id
  }

  private func id(_ token: String) -> Int32? {
    tokens.first { $0.content == token }?.id ?? model.vocabulary.id(of: token)
  }

  private func usual(_ names: [String]) -> Int32? {
    names.lazy.compactMap { name in tokens.first { $0.isSpecial && $0.content == name }?.id }.first
  }
}
