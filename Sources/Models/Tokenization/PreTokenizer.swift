/// A part of the text while it is split into words.
struct Piece: Sendable {
  var bytes: ArraySlice<UInt8>
  /// Whether the encoded text starts with this piece; some tokenizers put a space only there.
  var startsText: Bool
}

/// Splits the text into words; each word is then encoded separately.
indirect enum PreTokenizer: Sendable {
  case sequence([PreTokenizer])
  /// Each byte is written as its character; before that, the text is split by `pattern` if there is one.
  case byteLevel(addsPrefixSpace: Bool, pattern: WordPattern?)
  case split(TextPattern, Splitting)
  /// Spaces become `replacement`, and each word starts with one.
  case metaspace(replacement: [UInt8], prefix: MetaspacePrefix, splits: Bool)
  /// Runs of word characters, and runs of neither those nor whitespace.
  case whitespace
  case whitespaceSplit
  case digits(individually: Bool)
  case punctuation(Splitting)

  enum MetaspacePrefix: String, CaseIterable, Sendable {
    case first, never, always
  }

  /// - Throws: `patternGivenUp`.
  func apply(to pieces: [Piece]) throws(TokenizerError) -> [Piece] {
    switch self {
    case .sequence(let steps):
      var pieces = pieces
      for step in steps { pieces = try step.apply(to: pieces) }
      return pieces
    case .byteLevel(let addsPrefixSpace, let pattern):
      return Self.byteLevel(pieces, addsPrefixSpace: addsPrefixSpace, pattern: pattern)
    case .split(let pattern, let splitting):
      return try Self.split(pieces, splitting) { (text) throws(TokenizerError) in try pattern.matches(in: text) }
    case .metaspace(let replacement, let prefix, let splits):
      return try Self.metaspace(pieces, replacement: replacement, prefix: prefix, splits: splits)
    case .whitespace: return Self.split(pieces, Splitting(.removed, inverted: true), by: Self.wordsAndSymbols)
    case .whitespaceSplit:
      return Self.split(pieces, Splitting(.removed)) { text in Self.scalars(of: text, where: \.isWhite) }
    case .digits(let individually):
      return Self.split(pieces, Splitting(individually ? .isolated : .contiguous)) { text in
        Self.scalars(of: text, where: \.isNumber)
      }
    case .punctuation(let splitting):
      return Self.split(pieces, splitting) { text in Self.scalars(of: text, where: \.isPunctuation) }
    }
  }

  /// The same steps with or without a space before each text, whatever they had.
  ///
  /// - Parameter refuse: called if a space is requested but the steps are not those of a class that would add one.
  func prefixingSpace(
    _ isWanted: Bool, refuse: () throws(TokenizerError) -> Void
  ) throws(TokenizerError) -> PreTokenizer {
    switch self {
    case .byteLevel(_, let pattern): return .byteLevel(addsPrefixSpace: isWanted, pattern: pattern)
    case .sequence(let steps):
      if steps.count == 2, case .split = steps[0], case .byteLevel(_, nil) = steps[1] {
        return .sequence([steps[0], .byteLevel(addsPrefixSpace: isWanted, pattern: nil)])
      }
      fallthrough
    default:
      if isWanted { try refuse() }
      return self
    }
  }

  private static func split<Failure: Error>(
    _ pieces: [Piece], _ splitting: Splitting, by matches: (ArraySlice<UInt8>) throws(Failure) -> [Range<Int>]
  ) throws(Failure) -> [Piece] {
    var result: [Piece] = []
    for piece in pieces {
      for range in splitting.apply(matches: try matches(piece.bytes), in: piece.bytes.indices) {
        let starts = piece.startsText && range.lowerBound == piece.bytes.startIndex
        result.append(Piece(bytes: piece.bytes[range], startsText: starts))
      }
    }
    return result
  }

  private static func byteLevel(_ pieces: [Piece], addsPrefixSpace: Bool, pattern: WordPattern?) -> [Piece] {
    // All words are written into one buffer and cut from it at the end: one allocation instead of one per word.
    var written: [UInt8] = []
    written.reserveCapacity(pieces.reduce(0) { $0 + $1.bytes.count } * 5 / 4 + 16)
    var words: [(range: Range<Int>, startsText: Bool)] = []
    func write(_ bytes: ArraySlice<UInt8>, startsText: Bool) {
      let start = written.count
      ByteAlphabet.append(bytes, to: &written)
      words.append((start..<written.count, startsText))
    }
    for piece in pieces {
      var text = piece.bytes
      if addsPrefixSpace, text.first != UInt8(ascii: " ") { text = [UInt8(ascii: " ")] + text }
      guard let pattern else {
        write(text, startsText: piece.startsText)
        continue
      }
      var index = text.startIndex
      while index < text.endIndex {
        let end = pattern.endOfWord(at: index, in: text)
        write(text[index..<end], startsText: piece.startsText && index == text.startIndex)
        index = end
      }
    }
    return words.map { Piece(bytes: written[$0.range], startsText: $0.startsText) }
  }

  private static func metaspace(
    _ pieces: [Piece], replacement: [UInt8], prefix: MetaspacePrefix, splits: Bool
  ) throws(TokenizerError) -> [Piece] {
    var replaced: [Piece] = []
    for piece in pieces {
      var text = try Normalizer.replace(.literal([UInt8(ascii: " ")]), with: replacement, in: Array(piece.bytes))
      let wantsPrefix = prefix == .always || (prefix == .first && piece.startsText)
      if wantsPrefix, !text.starts(with: replacement) { text = replacement + text }
      replaced.append(Piece(bytes: text[...], startsText: piece.startsText))
    }
    guard splits else { return replaced }
    let mark = TextPattern.literal(replacement)
    return try split(replaced, Splitting(.mergedWithNext)) { (text) throws(TokenizerError) in try mark.matches(in: text)
    }
  }

  /// `\w+|[^\w\s]+`
  private static func wordsAndSymbols(_ text: ArraySlice<UInt8>) -> [Range<Int>] {
    var matches: [Range<Int>] = []
    var index = text.startIndex
    while index < text.endIndex {
      let (first, length) = scalar(at: index, in: text)
      if first.isWhite {
        index += length
        continue
      }
      let isWord = first.isWord
      let end = text.endOfRun(from: index) { !$0.isWhite && $0.isWord == isWord }
      matches.append(index..<end)
      index = end
    }
    return matches
  }

  /// Each scalar that satisfies `condition`.
  private static func scalars(
    of text: ArraySlice<UInt8>, where condition: (Unicode.Scalar) -> Bool
  ) -> [Range<Int>] {
    var matches: [Range<Int>] = []
    var index = text.startIndex
    while index < text.endIndex {
      let (scalar, length) = scalar(at: index, in: text)
      if condition(scalar) { matches.append(index..<(index + length)) }
      index += length
    }
    return matches
  }
}
