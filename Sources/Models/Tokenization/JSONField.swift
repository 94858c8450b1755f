import Diagnostics

/// A JSON value with its place, so that every error can name the file and the key.
struct JSONField {
  let value: JSONValue
  let file: String
  let path: String

  /// The member of an object; nil if it is absent or null, which mean the same in Hugging Face's files.
  func member(_ key: String) throws(TokenizerError) -> JSONField? {
    guard case .object(let object) = value else { throw wrongType("an object") }
    guard let member = object[key], !member.isNull else { return nil }
    return JSONField(value: member, file: file, path: path.isEmpty ? key : "\(path).\(key)")
  }

  func required(_ key: String) throws(TokenizerError) -> JSONField {
    guard let member = try member(key) else {
      throw .missingKey(file: file, path: path.isEmpty ? key : "\(path).\(key)")
    }
    return member
  }

  func elements() throws(TokenizerError) -> [JSONField] {
    guard case .array(let array) = value else { throw wrongType("an array") }
    return array.enumerated().map { JSONField(value: $1, file: file, path: "\(path)[\($0)]") }
  }

  func object() throws(TokenizerError) -> JSONObject {
    guard case .object(let object) = value else { throw wrongType("an object") }
    return object
  }

  func string() throws(TokenizerError) -> String {
    guard case .string(let string) = value else { throw wrongType("a string") }
    return string
  }

  func bool() throws(TokenizerError) -> Bool {
    guard case .bool(let bool) = value else { throw wrongType("true or false") }
    return bool
  }

  func integer() throws(TokenizerError) -> Int {
    guard let integer = value.integerValue else { throw wrongType("a whole number") }
    return integer
  }

  func bool(_ key: String, default fallback: Bool) throws(TokenizerError) -> Bool {
    try member(key)?.bool() ?? fallback
  }

  /// The string at `key`, which must be one Unicode scalar.
  func scalar(_ key: String) throws(TokenizerError) -> Unicode.Scalar {
    let field = try required(key)
    let text = try field.string()
    guard let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1 else {
      throw field.badValue(text, expected: "one character")
    }
    return scalar
  }

  func wrongType(_ expected: String) -> TokenizerError {
    .wrongType(file: file, path: path, expected: expected, found: value.kindName)
  }

  func badValue(_ shown: String, expected: String) -> TokenizerError {
    .badValue(file: file, path: path, value: shown, expected: expected)
  }
}
