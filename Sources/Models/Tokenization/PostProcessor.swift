/// The tokens that are put around an encoded text.
struct PostProcessor: Sendable {
  var prefix: [Int32] = []
  var suffix: [Int32] = []
  /// Whether the file defines these tokens; if not, `tokenizer_config.json` may.
  var isDecided = false

  init(isDecided: Bool = false) { self.isDecided = isDecided }

  init(_ field: JSONField) throws(TokenizerError) {
    self.init()
    let type = try field.required("type").string()
    switch type {
    case "TemplateProcessing": try readTemplate(field)
    case "ByteLevel": break  // Only adjusts offsets into the text, which are not kept here.
    case "Sequence":
      for element in try field.required("processors").elements() {
        let step = try PostProcessor(element)
        prefix = step.prefix + prefix
        suffix += step.suffix
        isDecided = isDecided || step.isDecided
      }
    default:
      throw .unsupportedType(
        file: field.file, path: field.path, part: "post-processor", type: type,
        supported: ["TemplateProcessing", "ByteLevel", "Sequence"])
    }
  }

  /// Only the template for a single text is read; pairs of texts are not encoded here.
  private mutating func readTemplate(_ field: JSONField) throws(TokenizerError) {
    isDecided = true
    let single = try field.required("single")
    var hasSequence = false
    for element in try single.elements() {
      if let special = try element.member("SpecialToken") {
        let name = try special.required("id").string()
        let ids = try Self.ids(of: name, in: field)
        if hasSequence { suffix += ids } else { prefix += ids }
      } else {
        let sequence = try element.required("Sequence").required("id")
        let name = try sequence.string()
        guard name == "A", !hasSequence else { throw sequence.badValue(name, expected: "A, and only once") }
        hasSequence = true
      }
    }
    guard hasSequence else {
      throw single.badValue("a template without {\"Sequence\": {\"id\": \"A\"}}", expected: "one with it")
    }
  }

  private static func ids(of name: String, in field: JSONField) throws(TokenizerError) -> [Int32] {
    var ids: [Int32] = []
    let token = try field.required("special_tokens").required(name)
    for element in try token.required("ids").elements() {
      let id = try element.integer()
      guard id >= 0, id < Vocabulary.idLimit else {
        throw .idOutOfRange(file: field.file, token: name, id: id, limit: Vocabulary.idLimit)
      }
      ids.append(Int32(id))
    }
    return ids
  }
}
