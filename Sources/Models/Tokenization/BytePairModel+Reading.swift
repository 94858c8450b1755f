import Diagnostics

extension BytePairModel {
  init(_ field: JSONField) throws(TokenizerError) {
    if let dropout = try field.member("dropout"), dropout.value.doubleValue != 0 {
      let shown = dropout.value.doubleValue.map { "\($0)" } ?? dropout.value.kindName
      throw .unsupportedOption(
        file: field.file, path: dropout.path, value: shown,
        supported: "null, because the same text must always give the same tokens")
    }
    for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
      if let affix = try field.member(key), try affix.string() != "" {
        throw .unsupportedOption(
          file: field.file, path: affix.path, value: try affix.string(), supported: "null or an empty string")
      }
    }
    let vocabulary = try Vocabulary(try field.required("vocab"))
    let unknown = try field.member("unk_token")?.string()
    self.init(
      vocabulary: vocabulary,
      merges: .listed(try Self.merges(try field.required("merges"), vocabulary)),
      unknown: unknown.flatMap { vocabulary.id(of: $0) },
      fusesUnknown: try field.bool("fuse_unk", default: false),
      byteIDs: try field.bool("byte_fallback", default: false) ? Self.byteIDs(in: vocabulary) : nil,
      ignoresMerges: try field.bool("ignore_merges", default: false))
  }

  /// Reads `merges.txt`: two tokens on each line, the lowest rank first; lines that start with "#version" are not
  /// merges.
  init(vocabulary: Vocabulary, mergesFile bytes: [UInt8], file: String) throws(TokenizerError) {
    if let invalid = offsetOfInvalidUTF8(in: bytes) {
      throw .notUTF8(file: file, line: bytes[..<invalid].count { $0 == 0x0A } + 1)
    }
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    var reader = MergeReader(vocabulary: vocabulary, count: lines.count, file: file)
    for (index, line) in lines.enumerated() {
      let line = line.last == 0x0D ? line.dropLast() : line
      if line.isEmpty || line.starts(with: "#version".utf8) { continue }
      try reader.add(spaced: line) { "line \(index + 1)" }
    }
    self.init(
      vocabulary: vocabulary, merges: .listed(reader.merges), unknown: nil, fusesUnknown: false, byteIDs: nil,
      ignoresMerges: false)
  }

  /// Reads the merges of a GGUF file's metadata.
  init(
    vocabulary: Vocabulary, mergeTexts texts: [String], ignoresMerges: Bool, file: String, path: String
  ) throws(TokenizerError) {
    var reader = MergeReader(vocabulary: vocabulary, count: texts.count, file: file)
    for (index, text) in texts.enumerated() { try reader.add(spaced: Array(text.utf8)[...]) { "\(path)[\(index)]" } }
    self.init(
      vocabulary: vocabulary, merges: .listed(reader.merges), unknown: nil, fusesUnknown: false, byteIDs: nil,
      ignoresMerges: ignoresMerges)
  }

  private static func merges(_ field: JSONField, _ vocabulary: Vocabulary) throws(TokenizerError) -> MergeTable {
    guard case .array(let elements) = field.value else { throw field.wrongType("an array") }
    var reader = MergeReader(vocabulary: vocabulary, count: elements.count, file: field.file)
    for (index, element) in elements.enumerated() {
      switch element {
      case .string(let text): try reader.add(spaced: Array(text.utf8)[...]) { "\(field.path)[\(index)]" }
      case .array(let pair):
        guard pair.count == 2, case .string(let left) = pair[0], case .string(let right) = pair[1] else {
          throw .wrongType(
            file: field.file, path: "\(field.path)[\(index)]", expected: "two strings", found: "another array")
        }
        try reader.add(Array(left.utf8)[...], Array(right.utf8)[...]) { "\(field.path)[\(index)]" }
      default:
        throw .wrongType(
          file: field.file, path: "\(field.path)[\(index)]", expected: "two tokens", found: element.kindName)
      }
    }
    return reader.merges
  }

  static func byteIDs(in vocabulary: Vocabulary) -> [Int32] {
    let digits = Array("0123456789ABCDEF")
    return (0..<256).map { vocabulary.id(of: "<0x\(digits[$0 >> 4])\(digits[$0 & 15])>") ?? -1 }
  }
}

/// Collects merges in the order of their ranks. `place` gives the place of a merge and is called only for an error.
private struct MergeReader {
  let vocabulary: Vocabulary
  let file: String
  var merges: MergeTable
  private var rank: Int32 = 0
  private var joined: [UInt8] = []

  init(vocabulary: Vocabulary, count: Int, file: String) {
    self.vocabulary = vocabulary
    self.file = file
    merges = MergeTable(capacity: count)
  }

  mutating func add(spaced text: ArraySlice<UInt8>, place: () -> String) throws(TokenizerError) {
    guard let space = text.firstIndex(of: UInt8(ascii: " ")), space > text.startIndex, space + 1 < text.endIndex,
      !text[(space + 1)...].contains(UInt8(ascii: " "))
    else { throw .malformedMerge(file: file, place: place(), merge: String(decoding: text, as: UTF8.self)) }
    try add(text[..<space], text[(space + 1)...], place: place)
  }

  mutating func add(
    _ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>, place: () -> String
  ) throws(TokenizerError) {
    joined.removeAll(keepingCapacity: true)
    joined.append(contentsOf: left)
    joined.append(contentsOf: right)
    guard let leftID = vocabulary.id(of: joined, 0, left.count),
      let rightID = vocabulary.id(of: joined, left.count, joined.count),
      let result = vocabulary.id(of: joined, 0, joined.count)
    else {
      let texts = [left, right, joined[...]]
      let missing = texts.first { vocabulary.id(of: $0) == nil } ?? joined[...]
      throw .mergeOutsideVocabulary(
        file: file, place: place(), left: String(decoding: left, as: UTF8.self),
        right: String(decoding: right, as: UTF8.self), missing: String(decoding: missing, as: UTF8.self))
    }
    merges.insert(left: leftID, right: rightID, Merge(rank: rank, result: result))
    rank += 1
  }
}
