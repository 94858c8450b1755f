extension Tokenizer {
  /// Whether the beginning-of-text token comes first.
  public enum BeginningOfText: Sendable, Equatable {
    /// As in the tokenizer's own files.
    case automatic
    case always
    case never
  }

  /// The ids of the tokens of a text.
  ///
  /// - Parameter addSpecialTokens: whether the post-processor's tokens (often one at the beginning of the text) are
  ///   added. Special tokens spelled in the text are recognised in any case.
  /// - Throws: `unknownText` if the vocabulary cannot represent the text and has no unknown token. The `tokenizers`
  ///   library drops such characters silently; here, nobody should study a prompt other than the one they wrote.
  public func encode(_ text: String, addSpecialTokens: Bool = true) throws(TokenizerError) -> [Int32] {
    var ids = addSpecialTokens ? postProcessor.prefix : []
    let bytes = Array(text.utf8)
    for segment in rawMatcher.segments(of: bytes[...]) {
      if let id = segment.id {
        ids.append(id)
      } else {
        let startsText = segment.range.lowerBound == 0
        try encode(unnormalized: bytes[segment.range], startsText: startsText, into: &ids)
      }
    }
    if addSpecialTokens { ids += postProcessor.suffix }
    return ids
  }

  /// The ids of the tokens of a text, with exactly one beginning-of-text token or none, whatever the tokenizer itself
  /// does.
  ///
  /// - Throws: `noBeginningOfText` if it is required but the tokenizer has none; otherwise as above.
  public func encode(_ text: String, beginningOfText: BeginningOfText) throws(TokenizerError) -> [Int32] {
    let ids = try encode(text)
    switch beginningOfText {
    case .automatic: return ids
    case .never: return Array(ids.dropFirst(postProcessor.prefix.count))
    case .always:
      if addsBeginningOfText { return ids }
      guard let beginning = self.beginningOfText else { throw .noBeginningOfText }
      return [beginning] + ids
    }
  }

  private func encode(
    unnormalized bytes: ArraySlice<UInt8>, startsText: Bool, into ids: inout [Int32]
  ) throws(TokenizerError) {
    let normalized = try normalizer?.normalize(Array(bytes))[...] ?? bytes
    for segment in normalizedMatcher.segments(of: normalized) {
      if let id = segment.id {
        ids.append(id)
        continue
      }
      let starts = startsText && segment.range.lowerBound == normalized.startIndex
      let piece = Piece(bytes: normalized[segment.range], startsText: starts)
      if piece.bytes.isEmpty { continue }
      for word in try preTokenizer?.apply(to: [piece]) ?? [piece] where !word.bytes.isEmpty {
        try model.encode(word.bytes, into: &ids)
      }
    }
  }
}
