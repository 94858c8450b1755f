extension Tokenizer {
  /// The text of tokens.
  ///
  /// Bytes that are not UTF-8 become U+FFFD. Decoding the ids of a text need not give that text back: normalizers and Metaspace
  /// lose what they change.
  /// - Throws: `noSuchID`. (The `tokenizers` library passes over such ids silently.)
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

  /// One token as a person would read it, for a label: " Mary" for "ĠMary" or "▁Mary", and "<0xE2>" for a byte that is no text by
  /// itself. Line breaks and tabs stand for themselves. An id without a token gives "<no token 7>".
  public func tokenString(_ id: Int32) -> String {
    if let added = addedTokens[id] { return added.content }
    guard let token = model.vocabulary.token(id) else { return "<no token \(id)>" }
    return decoder?.label(token) ?? token
  }
}
