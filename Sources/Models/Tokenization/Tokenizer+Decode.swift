extension Tokenizer {
  /// The text of tokens.
  ///
  /// Bytes that are not UTF-8 become U+FFFD. Decoding the ids of a text need not return that text: normalizers and
  /// Metaspace lose what they change.
  /// - Throws: `noSuchID`. (The `tokenizers` library ignores such ids silently.)
  public func decode(_ ids: [Int32], skipSpecialTokens: Bool = false) throws(TokenizerError) -> String {
    var tokens: [String] = []
    tokens.reserveCapacity(ids.count)
    for id in ids {
      if skipSpecialTokens, addedTokens[id]?.isSpecial == true { continue }
      guard let token = addedSpellings[id] ?? model.vocabulary.token(id) else {
        throw .noSuchID(id, vocabularySize: vocabularySize)
      }
      tokens.append(token)
    }
    return try decoder?.decode(tokens).joined() ?? tokens.joined(separator: " ")
  }

  /// One token as readable text, for a label: " Mary" for "ĠMary" or "▁Mary", and "<0xE2>" for a byte that is not text
  /// by itself. Line breaks and tabs are unchanged. An id without a token gives "<no token 7>".
  public func tokenString(_ id: Int32) -> String {
    if let added = addedTokens[id] { return added.content }
    guard let token = model.vocabulary.token(id) else { return "<no token \(id)>" }
    return decoder?.label(token) ?? token
  }
}
