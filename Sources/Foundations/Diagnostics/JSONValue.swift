/// A JSON document, or part of one, without loss: whole numbers stay exact and objects keep the order of their keys.
///
/// Foundation's parsers were measured first: 55-100 ms for GPT-2's 3.5 MB `tokenizer.json`, against about a quarter of
/// that here. They also put keys into Swift dictionaries, where the composed and the decomposed "é" are one key; a
/// vocabulary has both.
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// A number without a fraction or an exponent that fits 64 bits.
  case integer(Int)
  /// Every other number.
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// Reads one JSON document (RFC 8259) from its UTF-8 bytes.
  ///
  /// Strict: no comments, trailing commas, `NaN`, unpaired surrogates or invalid UTF-8, and no duplicate keys in an
  /// object.
  /// - Parameter depthLimit: how deeply arrays and objects may be nested, so that no document can exhaust the stack.
  public init(parsing bytes: [UInt8], depthLimit: Int = 128) throws(JSONError) {
    var parser = JSONParser(bytes: bytes, depthLimit: depthLimit)
    self = try parser.parseDocument()
  }

  /// The value of `key` if this is an object that has it.
  public subscript(key: String) -> JSONValue? {
    if case .object(let object) = self { object[key] } else { nil }
  }

  public var stringValue: String? {
    if case .string(let string) = self { string } else { nil }
  }

  public var boolValue: Bool? {
    if case .bool(let bool) = self { bool } else { nil }
  }

  /// The number if it is a whole one, 3 as well as 3.0.
  public var integerValue: Int? {
    switch self {
    case .integer(let integer): integer
    case .number(let number): Int(exactly: number)
    default: nil
    }
  }

  /// Any number; a whole one beyond 2^53 is rounded.
  public var doubleValue: Double? {
    switch self {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    default: nil
    }
  }

  public var arrayValue: [JSONValue]? {
    if case .array(let array) = self { array } else { nil }
  }

  public var objectValue: JSONObject? {
    if case .object(let object) = self { object } else { nil }
  }

  public var isNull: Bool { self == .null }

  /// The kind of value, in the words of messages: "a string", "null".
  public var kindName: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .integer: "a whole number"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}
