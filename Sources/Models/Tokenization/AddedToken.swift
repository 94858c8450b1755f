/// A token that is searched for in the text itself, before the model.
struct AddedToken: Sendable {
  /// -1 until it is known.
  var id: Int32
  let content: String
  /// Only between characters that are not part of a word.
  var isSingleWord = false
  /// Includes the whitespace before it.
  var stripsLeft = false
  /// Includes the whitespace after it.
  var stripsRight = false
  /// Searched for in the normalized text rather than in the original text.
  var isNormalized = false
  /// Optionally omitted from decoded text.
  var isSpecial = true
}

extension AddedToken {
  init(_ field: JSONField) throws(TokenizerError) {
    let content = try field.required("content")
    try self.init(field, id: field.required("id").integer(), content: content.string())
    if self.content.isEmpty { throw content.badValue("", expected: "at least one character") }
  }

  /// Reads everything except the id and the content, which are elsewhere in `added_tokens_decoder`.
  init(_ field: JSONField, id: Int, content: String) throws(TokenizerError) {
    guard id >= 0, id < Vocabulary.idLimit else {
      throw .idOutOfRange(file: field.file, token: content, id: id, limit: Vocabulary.idLimit)
    }
    self.id = Int32(id)
    self.content = content
    isSingleWord = try field.bool("single_word", default: false)
    stripsLeft = try field.bool("lstrip", default: false)
    stripsRight = try field.bool("rstrip", default: false)
    isSpecial = try field.bool("special", default: false)
    isNormalized = try field.bool("normalized", default: !isSpecial)
  }
}
