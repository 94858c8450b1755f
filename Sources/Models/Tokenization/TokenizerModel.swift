/// Turns words into ids.
enum TokenizerModel: Sendable {
  case bytePair(BytePairModel)
  case wordLevel(WordLevelModel)

  var vocabulary: Vocabulary {
    switch self {
    case .bytePair(let model): model.vocabulary
    case .wordLevel(let model): model.vocabulary
    }
  }

  var unknown: Int32? {
    switch self {
    case .bytePair(let model): model.unknown
    case .wordLevel(let model): model.unknown
    }
  }

  func encode(_ word: ArraySlice<UInt8>, into ids: inout [Int32]) throws(TokenizerError) {
    switch self {
    case .bytePair(let model): try model.encode(word, into: &ids)
    case .wordLevel(let model): try model.encode(word, into: &ids)
    }
  }
}

extension TokenizerModel {
  init(_ field: JSONField) throws(TokenizerError) {
    // Files from before 2020 have no type; only BPE has merges.
    let hasMerges = try field.member("merges") != nil
    let type = try field.member("type")?.string() ?? (hasMerges ? "BPE" : "WordLevel")
    switch type {
    case "BPE": self = .bytePair(try BytePairModel(field))
    case "WordLevel":
      let vocabulary = try Vocabulary(try field.required("vocab"))
      let unknown = try field.member("unk_token")?.string() ?? "<unk>"
      self = .wordLevel(WordLevelModel(vocabulary: vocabulary, unknown: vocabulary.id(of: unknown)))
    default:
      throw .unsupportedType(
        file: field.file, path: field.path, part: "model", type: type, supported: ["BPE", "WordLevel"])
    }
  }
}

extension Vocabulary {
  /// Reads `{"token": id, ...}`.
  init(_ field: JSONField) throws(TokenizerError) {
    let members = try field.object().members
    self.init(capacity: members.count)
    for member in members {
      guard let id = member.value.integerValue else {
        throw .wrongType(
          file: field.file, path: field.path.isEmpty ? member.key : "\(field.path).\(member.key)",
          expected: "a whole number", found: member.value.kindName)
      }
      switch insert(member.key, id: id) {
      case .done: break
      case .idOutOfRange:
        throw .idOutOfRange(file: field.file, token: member.key, id: id, limit: Self.idLimit)
      case .idIsTaken(let other):
        throw .duplicateID(file: field.file, id: id, first: other, second: member.key)
      case .tokenHasID(let other):
        throw .contradictoryID(file: field.file, token: member.key, first: other, second: id)
      }
    }
  }
}
