/// Why a text is not JSON, and where. Whoever reads the file puts its name in front.
public struct JSONError: DiagnosedError, Equatable {
  public enum Problem: Sendable, Equatable {
    /// There is something else in place of `expected`.
    case unexpected(found: String, expected: String)
    /// The text ends where `expected` should be.
    case endsEarly(expected: String)
    case invalidUTF8
    /// A backslash followed by something that is not an escape.
    case badEscape(String)
    /// `\uD800` to `\uDFFF` without its other half.
    case unpairedSurrogate(String)
    /// A control character inside a string, which must be escaped.
    case rawControlCharacter(UInt8)
    case numberOutOfRange(String)
    case tooDeep(limit: Int)
    case duplicateKey(String)
  }

  /// Counted from one.
  public let line: Int
  /// Counted from one, in Unicode scalars.
  public let column: Int
  public let problem: Problem

  public init(line: Int, column: Int, problem: Problem) {
    (self.line, self.column, self.problem) = (line, column, problem)
  }

  public var kind: FailureKind { .badData }
  public var message: String { "line \(line), column \(column): \(problem.text)" }
}

extension JSONError.Problem {
  fileprivate var text: String {
    switch self {
    case .unexpected(let found, let expected): "expected \(expected), found \(visible(found))"
    case .endsEarly(let expected): "the text ends where \(expected) is expected"
    case .invalidUTF8: "the bytes are not UTF-8"
    case .badEscape(let escape):
      "'\(visible(escape))' is not an escape (one of: \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four hexadecimal digits)"
    case .unpairedSurrogate(let escape): "'\(visible(escape))' is half of a surrogate pair without its other half"
    case .rawControlCharacter(let byte):
      "a control character (0x\(byte < 16 ? "0" : "")\(String(byte, radix: 16, uppercase: true))) "
        + "inside a string must be escaped"
    case .numberOutOfRange(let number): "the number \(number) does not fit 64-bit floating point"
    case .tooDeep(let limit): "arrays and objects are nested more than \(limit) deep"
    case .duplicateKey(let key): "the key '\(visible(key))' appears twice in one object"
    }
  }
}
