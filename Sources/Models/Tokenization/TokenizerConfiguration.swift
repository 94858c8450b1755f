import Diagnostics

/// The contents of tokenizer_config.json, special_tokens_map.json and added_tokens.json, in addition to a vocabulary.
struct TokenizerConfiguration {
  /// A token by its text, with its properties in a file.
  struct NamedToken {
    /// Its key: "bos_token", "additional_special_tokens".
    let key: String
    let token: AddedToken
  }

  /// Tokens with ids in a file.
  struct AddedTokens {
    let file: String
    let tokens: [AddedToken]
  }

  var file = "tokenizer_config.json"
  /// The class of transformers that reads these files, if it has properties of its own.
  var tokenizerClass: TokenizerClass?
  /// Its name as written.
  var className: String?
  var addsBeginningOfText: Bool?
  var addsEndOfText: Bool?
  var addsPrefixSpace: Bool?
  /// Tokens with a special meaning, in the order in which transformers adds those that are missing.
  var named: [NamedToken] = []
  /// `added_tokens_decoder`, which takes precedence over tokenizer.json for the same tokens.
  var addedTokensDecoder: AddedTokens?
  /// added_tokens.json, which is read if there is no `added_tokens_decoder`.
  var addedTokensFile: AddedTokens?

  private static let keys = [
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
  ]
  private static let lists = ["extra_special_tokens", "additional_special_tokens"]

  init() {}

  init(_ field: JSONField) throws(TokenizerError) {
    file = field.file
    addsBeginningOfText = try field.member("add_bos_token")?.bool()
    addsEndOfText = try field.member("add_eos_token")?.bool()
    addsPrefixSpace = try field.member("add_prefix_space")?.bool()
    className = try field.member("tokenizer_class")?.string()
    tokenizerClass = className.flatMap(TokenizerClass.named)
    try readNamed(field)
    guard let added = try field.member("added_tokens_decoder") else { return }
    var tokens: [AddedToken] = []
    for member in try added.object().members {
      let token = JSONField(value: member.value, file: field.file, path: "\(added.path).\(member.key)")
      guard let id = Int(member.key) else { throw token.badValue(member.key, expected: "an id as its key") }
      tokens.append(try AddedToken(token, id: id, content: token.required("content").string()))
    }
    addedTokensDecoder = AddedTokens(file: file, tokens: tokens.sorted { $0.id < $1.id })
  }

  /// The text of a token with a special meaning, or the class's default.
  func text(_ key: String) -> String? {
    named.first { $0.key == key }?.token.content ?? tokenizerClass?.defaults[key]
  }

  /// Those tokens and the class's defaults for missing ones, the usual keys first.
  var namedInOrder: [AddedToken] {
    let usual = Self.keys.compactMap { key -> AddedToken? in
      named.first { $0.key == key }?.token ?? tokenizerClass?.defaults[key].map { AddedToken(id: -1, content: $0) }
    }
    return usual + named.filter { !Self.keys.contains($0.key) }.map(\.token)
  }

  // MARK: Other files

  /// Uses the model's class if no file names the tokenizer's class.
  mutating func readModel(_ field: JSONField) throws(TokenizerError) {
    guard className == nil else { return }
    className = try field.member("tokenizer_class")?.string()
    tokenizerClass = className.flatMap(TokenizerClass.named)
    guard className == nil, let type = try field.member("model_type")?.string() else { return }
    tokenizerClass = TokenizerClass.ofModel(type)
  }

  /// Reads special_tokens_map.json, which is used only if there is no `added_tokens_decoder`.
  mutating func readSpecialTokensMap(_ field: JSONField) throws(TokenizerError) {
    if addedTokensDecoder == nil { try readNamed(field) }
  }

  /// Reads added_tokens.json, `{"token": id}`, likewise.
  mutating func readAddedTokens(_ field: JSONField) throws(TokenizerError) {
    guard addedTokensDecoder == nil else { return }
    var tokens: [AddedToken] = []
    for member in try field.object().members {
      let place = JSONField(value: member.value, file: field.file, path: member.key)
      guard !member.key.isEmpty else { throw place.badValue("", expected: "at least one character") }
      let id = try place.integer()
      guard id >= 0, id < Vocabulary.idLimit else {
        throw .idOutOfRange(file: field.file, token: member.key, id: id, limit: Vocabulary.idLimit)
      }
      let isSpecial = named.contains { Array($0.token.content.utf8) == Array(member.key.utf8) }
      tokens.append(
        AddedToken(id: Int32(id), content: member.key, isNormalized: !isSpecial, isSpecial: isSpecial))
    }
    addedTokensFile = AddedTokens(file: field.file, tokens: tokens.sorted { $0.id < $1.id })
  }

  /// Reads the tokens that `field` names, replacing those of the same name.
  private mutating func readNamed(_ field: JSONField) throws(TokenizerError) {
    let members = try field.object().members.map(\.key)
    // Models have tokens of their own in addition to the usual ones: "image_token".
    let others = members.filter { $0.hasSuffix("_token") && !Self.keys.contains($0) && !$0.hasPrefix("add_") }
    for key in Self.keys + others {
      guard let token = try field.member(key) else { continue }
      if !Self.keys.contains(key), case .bool = token.value { continue }
      named.removeAll { $0.key == key }
      named.append(NamedToken(key: key, token: try Self.token(token)))
    }
    for key in Self.lists {
      guard let list = try field.member(key) else { continue }
      named.removeAll { $0.key == key }
      var elements: [JSONField]
      if case .object(let object) = list.value {
        elements = object.members.map { JSONField(value: $0.value, file: list.file, path: "\(list.path).\($0.key)") }
      } else {
        elements = try list.elements()
      }
      elements.removeAll { $0.value.isNull }
      for element in elements { named.append(NamedToken(key: key, token: try Self.token(element))) }
    }
  }

  /// A token is written as a string, or as an object with its content.
  private static func token(_ field: JSONField) throws(TokenizerError) -> AddedToken {
    guard case .object = field.value else { return AddedToken(id: -1, content: try field.string()) }
    var token = try AddedToken(field, id: 0, content: field.required("content").string())
    token.isSpecial = true
    return token
  }
}

/// Determines which tokens start and end a text.
struct SpecialNames {
  let tokens: [AddedToken]
  let model: TokenizerModel
  let configuration: TokenizerConfiguration

  private static let usualBeginnings = ["<|begin_of_text|>", "<s>", "<bos>", "[BOS]", "<|endoftext|>"]
  private static let usualEnds = ["<|end_of_text|>", "</s>", "<eos>", "[EOS]", "<|endoftext|>"]

  /// The tokens that start and end a text, and the post-processor with those that tokenizer_config.json adds if there
  /// is no tokenizer.json.
  func resolve(_ processor: PostProcessor) -> (beginning: Int32?, end: Int32?, processor: PostProcessor) {
    var processor = processor
    if !processor.isDecided {
      if configuration.addsBeginningOfText == true { processor.prefix = added("bos_token") }
      if configuration.addsEndOfText == true { processor.suffix = added("eos_token") }
    }
    let beginning =
      processor.prefix.first ?? configuration.text("bos_token").flatMap(id) ?? usual(Self.usualBeginnings)
    return (beginning, configuration.text("eos_token").flatMap(id) ?? usual(Self.usualEnds), processor)
  }

  /// Empty if neither a file nor the class names the token, as in transformers.
  private func added(_ key: String) -> [Int32] { configuration.text(key).flatMap(id).map { [$0] } ?? [] }

  private func id(_ token: String) -> Int32? {
    tokens.first { $0.content == token }?.id ?? model.vocabulary.id(of: token)
  }

  private func usual(_ names: [String]) -> Int32? {
    names.lazy.compactMap { name in tokens.first { $0.isSpecial && $0.content == name }?.id }.first
  }
}
