/// A vocabulary of whole words.
struct WordLevelModel: Sendable {
  let vocabulary: Vocabulary
  /// Replaces a word that is not in the vocabulary.
  let unknown: Int32?

  /// - Throws: `unknownText` for a word outside the vocabulary if there is no unknown token.
  func encode(_ word: ArraySlice<UInt8>, into ids: inout [Int32]) throws(TokenizerError) {
    guard let id = vocabulary.id(of: word) ?? unknown else {
      throw .unknownText(String(decoding: word, as: UTF8.self))
    }
    ids.append(id)
  }
}
