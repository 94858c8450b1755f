extension Tokenizer {
  /// The tokenizer that a GGUF file's metadata describes.
  ///
  /// "gpt2" is byte-level BPE, with texts split like llama.cpp does for `pre`. "llama" is BPE by scores: spaces become
  /// "▁", one more is put before a text unless `addSpacePrefix` is false, and characters outside the vocabulary are
  /// spelled byte by byte. Control, unknown and user-defined tokens are found wherever a text spells them. A GGUF file
  /// has no normalizer, so none is applied.
  /// - Parameter file: the name of the file in messages.
  /// - Throws: `unsupportedOption` for an unknown model or `pre`, and every error about the vocabulary.
  public init(gguf vocabulary: GGUFVocabulary, file: String = "the GGUF file") throws(TokenizerError) {
    self = try GGUFReading(vocabulary: vocabulary, file: file).tokenizer()
  }
}

/// Creates a tokenizer from a vocabulary.
private struct GGUFReading {
  let source: GGUFVocabulary
  let file: String
  let types: [GGUFTokenType]

  /// The types of tokens that are searched for in the text itself.
  private static let soughtInText: Set<GGUFTokenType> = [.unknown, .control, .userDefined]

  init(vocabulary: GGUFVocabulary, file: String) throws(TokenizerError) {
    (source, self.file) = (vocabulary, file)
    let count = vocabulary.tokens.count
    guard count > 0 else { throw .missingKey(file: file, path: Self.key("tokens")) }
    for (key, length) in [("scores", vocabulary.scores?.count), ("token_type", vocabulary.tokenTypes?.count)] {
      guard let length, length != count else { continue }
      throw .badValue(
        file: file, path: Self.key(key), value: "\(length) values",
        expected: "one value for each of the \(count) tokens")
    }
    var types: [GGUFTokenType] = []
    types.reserveCapacity(count)
    for (id, value) in (vocabulary.tokenTypes ?? []).enumerated() {
      guard let type = GGUFTokenType(rawValue: value) else {
        throw .badValue(
          file: file, path: "\(Self.key("token_type"))[\(id)]", value: "\(value)", expected: "from 1 to 6")
      }
      types.append(type)
    }
    self.types = types.isEmpty ? [GGUFTokenType](repeating: .normal, count: count) : types
  }

  private static func key(_ name: String) -> String { "tokenizer.ggml.\(name)" }

  func tokenizer() throws(TokenizerError) -> Tokenizer {
    switch source.model {
    case "gpt2": try byteLevel()
    case "llama": try sentencePiece()
    default:
      throw .unsupportedOption(
        file: file, path: Self.key("model"), value: source.model, supported: "gpt2, which is byte-level BPE, and llama")
    }
  }

  // MARK: Byte-level BPE

  private func byteLevel() throws(TokenizerError) -> Tokenizer {
    let name = source.pre ?? "default"
    guard let splitting = GGUFSplitting.named(name) else {
      throw .unsupportedOption(
        file: file, path: Self.key("pre"), value: name, supported: GGUFSplitting.names.joined(separator: ", "))
    }
    guard let merges = source.merges else { throw .missingKey(file: file, path: Self.key("merges")) }
    let vocabulary = try vocabulary { $1 }
    let model = try BytePairModel(
      vocabulary: vocabulary, mergeTexts: merges, ignoresMerges: splitting.ignoresMerges, file: file,
      path: Self.key("merges"))
    var parts = TokenizerParts(file: file, model: .bytePair(model))
    var steps: [PreTokenizer] = []
    for pattern in splitting.patterns.dropLast() {
      if pattern == GGUFSplitting.digit {
        steps.append(.digits(individually: true))
      } else {
        steps.append(.split(try textPattern(pattern), Splitting(.isolated)))
      }
    }
    // The last step usually needs no pieces of its own before its bytes are written as characters.
    let last = splitting.patterns[splitting.patterns.count - 1]
    if let words = WordPattern(expression: last) {
      steps.append(.byteLevel(addsPrefixSpace: false, pattern: words))
    } else {
      steps.append(.split(try textPattern(last), Splitting(.isolated)))
      steps.append(.byteLevel(addsPrefixSpace: false, pattern: nil))
    }
    parts.preTokenizer = .sequence(steps)
    parts.decoder = .byteLevel
    try finish(&parts, addsBeginning: splitting.addsBeginningOfText)
    return try Tokenizer(parts)
  }

  private func textPattern(_ pattern: String) throws(TokenizerError) -> TextPattern {
    do throws(RegularExpression.Unreadable) {
      return try TextPattern(expression: pattern)
    } catch {
      throw .badPattern(file: file, path: Self.key("pre"), pattern: pattern, reason: error.reason)
    }
  }

  // MARK: BPE by scores

  private func sentencePiece() throws(TokenizerError) -> Tokenizer {
    guard let scores = source.scores else { throw .missingKey(file: file, path: Self.key("scores")) }
    let addsSpace = source.addSpacePrefix ?? true
    // Without a space in front, as in Gemma's vocabularies, runs of spaces are pieces of text like any other; they are
    // marked as user-defined, and are merged before all others.
    let spaceRuns = addsSpace ? [] : source.tokens.indices.filter { isSpaceRun($0) }
    let areSpaceRuns = Set(spaceRuns)
    let vocabulary = try vocabulary { id, token in
      areSpaceRuns.contains(id) ? String(repeating: Self.mark, count: token.utf8.count) : token
    }
    let model = BytePairModel(
      vocabulary: vocabulary,
      merges: .scored(ScoredMerges(vocabulary: vocabulary, ranks: try ranks(scores, first: spaceRuns))),
      unknown: try id(source.unkID ?? 0, "unknown_token_id"), fusesUnknown: true,
      byteIDs: BytePairModel.byteIDs(in: vocabulary), ignoresMerges: false)
    var parts = TokenizerParts(file: file, model: .bytePair(model))
    let spaces = Normalizer.replace(.literal([UInt8(ascii: " ")]), with: Array(Self.mark.utf8))
    parts.normalizer = addsSpace ? .sequence([.prepend(Array(Self.mark.utf8)), spaces]) : spaces
    let steps: [TokenDecoder] = [
      .replace(.literal(Array(Self.mark.utf8)), with: [UInt8(ascii: " ")]), .byteFallback, .fuse,
    ]
    parts.decoder = .sequence(addsSpace ? steps + [.strip(" ", start: 1, stop: 0)] : steps)
    try finish(&parts, addsBeginning: true, leaveOut: areSpaceRuns)
    return try Tokenizer(parts)
  }

  /// Represents a space.
  private static let mark = "\u{2581}"

  private func isSpaceRun(_ id: Int) -> Bool {
    guard types[id] == .userDefined else { return false }
    let text = source.tokens[id].utf8
    return text.count > 1 && text.allSatisfy { $0 == UInt8(ascii: " ") }
  }

  /// By id, the order in which tokens are merged: first those of `first` in their order, then normal ones by decreasing
  /// score; -1 for all others, which no merge makes.
  private func ranks(_ scores: [Float], first: [Int]) throws(TokenizerError) -> [Int32] {
    if let id = scores.firstIndex(where: \.isNaN) {
      throw .badValue(file: file, path: "\(Self.key("scores"))[\(id)]", value: "nan", expected: "a number")
    }
    var ranks = [Int32](repeating: -1, count: scores.count)
    for (rank, id) in first.enumerated() { ranks[id] = Int32(rank) }
    var normal = scores.indices.filter { types[$0] == .normal || types[$0] == .unused }
    // Most files have them in order.
    let isSorted = zip(normal, normal.dropFirst()).allSatisfy { scores[$0] >= scores[$1] }
    if !isSorted { normal.sort { (-scores[$0], $0) < (-scores[$1], $1) } }
    var rank = Int32(first.count)
    for (index, id) in normal.enumerated() {
      if index > 0, scores[id] < scores[normal[index - 1]] { rank += 1 }
      ranks[id] = rank
    }
    return ranks
  }

  // MARK: Both

  private func vocabulary(_ spelling: (Int, String) -> String) throws(TokenizerError) -> Vocabulary {
    var vocabulary = Vocabulary(capacity: source.tokens.count)
    for (id, token) in source.tokens.enumerated() {
      // Files of models whose embedding has spare rows may have empty tokens; this is llama.cpp's name for them.
      let text = token.isEmpty ? "[EMPTY_\(id)]" : spelling(id, token)
      switch vocabulary.insert(text, id: id) {
      case .done: break
      case .idOutOfRange: throw .idOutOfRange(file: file, token: token, id: id, limit: Vocabulary.idLimit)
      case .tokenHasID(let other): throw .contradictoryID(file: file, token: token, first: other, second: id)
      case .idIsTaken(let other): throw .duplicateID(file: file, id: id, first: other, second: token)
      }
    }
    return vocabulary
  }

  private func finish(
    _ parts: inout TokenizerParts, addsBeginning: Bool, leaveOut: Set<Int> = []
  ) throws(TokenizerError) {
    let isSentencePiece = source.model == "llama"
    // llama.cpp's default if an old file does not say.
    let beginning = try id(source.bosID ?? (isSentencePiece ? 1 : nil), "bos_token_id")
    let end = try id(source.eosID ?? (isSentencePiece ? 2 : nil), "eos_token_id")
    let padding = try id(source.padID, "padding_token_id")
    let named = Set([beginning, end, padding].compactMap { $0 })
    for (id, type) in types.enumerated() where !leaveOut.contains(id) {
      let isNamed = named.contains(Int32(id))
      guard isNamed || Self.soughtInText.contains(type) else { continue }
      guard let token = parts.model.vocabulary.token(Int32(id)) else { continue }
      parts.addedTokens.append(
        AddedToken(id: Int32(id), content: token, isSpecial: isNamed || type != .userDefined))
    }
    for (key, id) in [("bos_token", beginning), ("eos_token", end)] {
      guard let token = parts.addedTokens.first(where: { $0.id == id }) else { continue }
      parts.configuration.named.append(TokenizerConfiguration.NamedToken(key: key, token: token))
    }
    parts.postProcessor.isDecided = true
    if source.addBOS ?? addsBeginning {
      guard let beginning else { throw .missingKey(file: file, path: Self.key("bos_token_id")) }
      parts.postProcessor.prefix = [beginning]
    }
    if source.addEOS ?? false {
      guard let end else { throw .missingKey(file: file, path: Self.key("eos_token_id")) }
      parts.postProcessor.suffix = [end]
    }
  }

  private func id(_ id: Int?, _ key: String) throws(TokenizerError) -> Int32? {
    guard let id else { return nil }
    guard source.tokens.indices.contains(id) else {
      throw .badValue(
        file: file, path: Self.key(key), value: "\(id)", expected: "an id from 0 to \(source.tokens.count - 1)")
    }
    return Int32(id)
  }
}
