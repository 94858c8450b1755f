import Diagnostics
import Testing

@Suite struct JSONValueTests {
  private func parse(_ text: String) throws(JSONError) -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

  @Test(arguments: [
    ("null", JSONValue.null), (" true ", .bool(true)), ("false", .bool(false)),
    ("0", .integer(0)), ("-0", .integer(0)), ("-12", .integer(-12)),
    ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
    ("9223372036854775808", .number(9_223_372_036_854_775_808)),
    ("1.5", .number(1.5)), ("1e3", .number(1000)), ("-2.5E-1", .number(-0.25)), ("0.0", .number(0)),
    ("1e-400", .number(0)), ("[]", .array([])), ("[ 1 , [ 2 ] ]", .array([.integer(1), .array([.integer(2)])])),
    (#""a\"\\\/\b\f\n\r\tz""#, .string("a\"\\/\u{8}\u{C}\n\r\tz")),
    (#""\u00e9\u0120\u20AC\ud83d\ude00""#, .string("éĠ€😀")), ("\"é€😀\u{7F}\"", .string("é€😀\u{7F}")),
    (#""\u0000""#, .string("\0")), ("\"\"", .string("")),
  ])
  func reads(text: String, value: JSONValue) throws {
    #expect(try parse(text) == value)
  }

  @Test(arguments: [
    ("", "line 1, column 1: the text ends where a value is expected"),
    ("tru", "line 1, column 1: expected a value, found 't'"),
    ("{\n  \"a\": 1,\n  \"é\": x}", "line 3, column 8: expected a value, found 'x'"),
    ("[1 2]", "line 1, column 4: expected ',' or ']', found '2'"),
    ("[1,]", "line 1, column 4: expected a value, found ']'"),
    ("{\"a\" 1}", "line 1, column 6: expected ':', found '1'"),
    ("{\"a\":1 \"b\"}", "line 1, column 8: expected ',' or '}', found '\"'"),
    ("{a:1}", "line 1, column 2: expected a key in quotes, found 'a'"),
    ("{\"a\":1,\n\"a\":2}", "line 2, column 1: the key 'a' appears twice in one object"),
    ("1 2", "line 1, column 3: expected the end of the text, found '2'"),
    ("01", "line 1, column 2: expected the end of the text, found '1'"),
    ("[-]", "line 1, column 3: expected a digit, found ']'"),
    ("1.", "line 1, column 3: the text ends where a digit is expected"),
    ("1e+", "line 1, column 4: the text ends where a digit is expected"),
    ("NaN", "line 1, column 1: expected a value, found 'N'"),
    ("1e999", "line 1, column 1: the number 1e999 does not fit 64-bit floating point"),
    ("\"abc", "line 1, column 5: the text ends where '\"' is expected"),
    ("\"a\\", "line 1, column 4: the text ends where the rest of an escape is expected"),
    ("\"a\nb\"", "line 1, column 3: a control character (0x0A) inside a string must be escaped"),
    (
      #""\x""#,
      #"line 1, column 2: '\x' is not an escape (one of: \" \\ \/ \b \f \n \r \t and \u with four hexadecimal digits)"#
    ),
    (#""\ud83d""#, #"line 1, column 2: '\ud83d' is half of a surrogate pair without its other half"#),
    (#""\ude00\ud83d""#, #"line 1, column 2: '\ude00' is half of a surrogate pair without its other half"#),
    (#""\ud83d\u0041""#, #"line 1, column 2: '\ud83d' is half of a surrogate pair without its other half"#),
  ])
  func says(text: String, message: String) {
    let error = #expect(throws: JSONError.self) { try parse(text) }
    #expect(error?.message == message)
    #expect(error?.kind == .badData)
  }

  @Test func depthIsBounded() throws {
    let deep = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
    #expect(throws: Never.self) { try parse(deep) }
    let error = #expect(throws: JSONError.self) { try parse(String(repeating: "[{\"a\":", count: 1_000_000)) }
    #expect(error?.problem == .tooDeep(limit: 128))
  }

  /// The table of ill-formed sequences in the Unicode standard, section 3.9, and a few more.
  @Test(arguments: [
    [0x80], [0xC0, 0xAF], [0xC1, 0x80], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0xAF],
    [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xE2, 0x82], [0xC3], [0xF0, 0x9F, 0x91, 0x41],
  ])
  func invalidUTF8IsRefused(sequence: [UInt8]) {
    #expect(offsetOfInvalidUTF8(in: [0x41] + sequence) == 1)
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22] + sequence + [0x22]) }
    #expect(error == JSONError(line: 1, column: 2, problem: .invalidUTF8))
  }

  @Test func everyScalarIsValidUTF8() {
    for value in stride(from: UInt32(0), through: 0x10FFFF, by: 7) {
      guard let scalar = Unicode.Scalar(value) else { continue }
      if offsetOfInvalidUTF8(in: Array(String(Character(scalar)).utf8)) != nil { Issue.record("U+\(value)") }
    }
  }

  @Test(arguments: [0, 1, 8, 9, 10, 33, 1000])
  func objectsKeepTheirOrderAndFindTheirKeys(count: Int) throws {
    var object = JSONObject()
    let added = (0..<count).map { object.append(key: "key \($0)", value: .integer($0)) }
    #expect(added.allSatisfy { $0 })
    let addedAgain = (0..<count).map { object.append(key: "key \($0)", value: .null) }
    #expect(!addedAgain.contains(true))
    #expect(object.keys == (0..<count).map { "key \($0)" })
    for index in 0..<count { #expect(object["key \(index)"] == .integer(index)) }
    #expect(object["key"] == nil)
  }

  @Test func keysAreComparedByTheirBytes() throws {
    let value = try parse("{\"caf\u{E9}\": 1, \"cafe\u{301}\": 2}")
    #expect(value["caf\u{E9}"] == .integer(1))
    #expect(value["cafe\u{301}"] == .integer(2))
  }

  @Test func numbersAreReadAsWhatTheyAre() throws {
    #expect(try parse("3.0").integerValue == 3)
    #expect(try parse("3.5").integerValue == nil)
    #expect(try parse("1e300").integerValue == nil)
    #expect(try parse("7").doubleValue == 7)
    #expect(try parse("\"7\"").doubleValue == nil)
  }
}
