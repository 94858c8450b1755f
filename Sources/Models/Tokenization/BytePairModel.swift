/// Byte-pair encoding (Sennrich, Haddow and Birch 2016): a word starts as its characters, and the adjacent pair whose
/// merge has the lowest rank is merged, the leftmost first, until there is none.
struct BytePairModel: Sendable {
  let vocabulary: Vocabulary
  let merges: Merges
  /// Replaces a character that is not in the vocabulary.
  let unknown: Int32?
  /// One unknown token for several unknown characters in a row.
  let fusesUnknown: Bool
  /// Ids of "<0x00>" to "<0xFF>" (-1 for none), which spell an unknown character byte by byte; nil if the model does
  /// not do this.
  let byteIDs: [Int32]?
  /// A word that is itself a token is not split.
  let ignoresMerges: Bool

  /// Appends the ids of `word`.
  ///
  /// - Throws: `unknownText` for a character without any token. (The `tokenizers` library drops it silently.)
  func encode(_ word: ArraySlice<UInt8>, into ids: inout [Int32]) throws(TokenizerError) {
    if ignoresMerges, let id = vocabulary.id(of: word) {
      ids.append(id)
      return
    }
    let start = ids.count
    try appendSymbols(of: word, to: &ids)
    merges.merge(&ids, from: start)
  }

  private func appendSymbols(of word: ArraySlice<UInt8>, to ids: inout [Int32]) throws(TokenizerError) {
    // Like in the library, unknown characters wait here until a known one follows.
    var pendingUnknown: Int32?
    var index = word.startIndex
    while index < word.endIndex {
      let (scalar, length) = scalar(at: index, in: word)
      defer { index += length }
      if let id = vocabulary.id(of: scalar) {
        if let pending = pendingUnknown { ids.append(pending) }
        pendingUnknown = nil
        ids.append(id)
        continue
      }
      let bytes = word[index..<(index + length)]
      if let byteIDs, bytes.allSatisfy({ byteIDs[Int($0)] >= 0 }) {
        ids.append(contentsOf: bytes.lazy.map { byteIDs[Int($0)] })
        continue
      }
      guard let unknown else { throw .unknownText(String(Character(scalar))) }
      if let pending = pendingUnknown, !fusesUnknown { ids.append(pending) }
      pendingUnknown = unknown
    }
    if let pending = pendingUnknown { ids.append(pending) }
  }
}
