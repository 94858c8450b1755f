/// The tokens that are searched for in a text, collected like in transformers from all files that list some.
struct AddedTokenList {
  let vocabulary: Vocabulary
  private(set) var tokens: [AddedToken] = []
  /// The index of a token in `tokens`, by its text and by its id.
  private var places: [[UInt8]: Int] = [:]
  private var placesByID: [Int32: Int] = [:]
  private var next: Int32

  /// - Parameters:
  /// - tokens: those of tokenizer.json, with its ids.
  ///   - file: the file named in messages.
  init(_ tokens: [AddedToken], in vocabulary: Vocabulary, file: String) throws(TokenizerError) {
    self.vocabulary = vocabulary
    next = Int32(vocabulary.count)
    for token in tokens {
      try check(token, file: file)
      set(token)
    }
  }

  /// Adds the tokens of tokenizer_config.json, added_tokens.json and special_tokens_map.json.
  mutating func add(_ configuration: TokenizerConfiguration) throws(TokenizerError) {
    if let decoder = configuration.addedTokensDecoder {
      for token in decoder.tokens { try add(token, file: decoder.file, outweighs: true) }
    } else if let added = configuration.addedTokensFile {
      for token in added.tokens { try add(token, file: added.file, outweighs: false) }
    }
    for token in configuration.namedInOrder { addNamed(token) }
  }

  /// Adds a token with the id in its file.
  ///
  /// - Throws: `addedIDNotNext` if transformers would give it another id: it numbers new tokens consecutively, whatever
  ///   the file says.
  private mutating func add(_ token: AddedToken, file: String, outweighs: Bool) throws(TokenizerError) {
    try check(token, file: file)
    if places[Array(token.content.utf8)] != nil {
      if outweighs { set(token) }
      return
    }
    if vocabulary.id(of: token.content) == nil, token.id != next {
      throw .addedIDNotNext(file: file, token: token.content, id: Int(token.id), next: Int(next))
    }
    set(token)
  }

  /// Adds a token without an id in the file: with its id in the vocabulary, or else the next free one.
  private mutating func addNamed(_ token: AddedToken) {
    if let place = places[Array(token.content.utf8)] {
      tokens[place].isSpecial = true
      return
    }
    var token = token
    token.id = vocabulary.id(of: token.content) ?? next
    set(token)
  }

  private mutating func set(_ token: AddedToken) {
    let key = Array(token.content.utf8)
    if let place = places[key] {
      tokens[place] = token
    } else {
      places[key] = tokens.count
      placesByID[token.id] = tokens.count
      tokens.append(token)
    }
    next = max(next, token.id + 1)
  }

  /// A token must have one id, and an id one token.
  private func check(_ token: AddedToken, file: String) throws(TokenizerError) {
    let bytes = Array(token.content.utf8)
    let sameID = placesByID[token.id].map { tokens[$0].content } ?? vocabulary.token(token.id)
    if let sameID, Array(sameID.utf8) != bytes {
      throw .duplicateID(file: file, id: Int(token.id), first: sameID, second: token.content)
    }
    if let other = places[bytes].map({ tokens[$0].id }) ?? vocabulary.id(of: token.content), other != token.id {
      throw .contradictoryID(file: file, token: token.content, first: Int(other), second: Int(token.id))
    }
  }
}
