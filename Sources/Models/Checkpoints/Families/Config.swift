import Diagnostics
import ModelGraph

/// A `config.json` whose keys are read by name and type; every error names the key and the file.
public struct Config: Sendable {
  private let json: JSONObject
  /// The path, for messages.
  public let file: String
  private let prefix: String
  /// The names of keys, for messages, if they were not read from a `config.json`.
  private let keyNames: [String: String]

  /// - Parameter keyNames: the names of the keys in the file, if it is not a `config.json`.
  public init(_ json: JSONObject, file: String, keyNames: [String: String] = [:]) {
    self.init(json, file: file, prefix: "", keyNames: keyNames)
  }

  private init(_ json: JSONObject, file: String, prefix: String, keyNames: [String: String] = [:]) {
    self.json = json
    self.file = file
    self.prefix = prefix
    self.keyNames = keyNames
  }

  /// Whether the key exists and is not null.
  public func has(_ key: String) -> Bool { value(key) != nil }

  /// Whether the key is absent; a key that is null is not.
  public func lacks(_ key: String) -> Bool { json[key] == nil }

  /// All keys.
  public var keys: [String] { json.keys }

  /// An object inside, or nil.
  public func section(_ key: String) throws -> Config? {
    guard let value = value(key) else { return nil }
    guard let object = value.objectValue else { throw invalid(key, "an object") }
    return Config(object, file: file, prefix: "\(prefix)\(key).")
  }

  /// This section with the keys of another taking precedence; messages name the other's place.
  func overlaid(by other: Config) -> Config {
    var all = other.json
    for member in json.members { all.append(key: member.key, value: member.value) }
    return Config(all, file: file, prefix: other.prefix)
  }

  /// This section without some of its keys.
  func without(_ keys: Set<String>) -> Config {
    var rest = JSONObject()
    for member in json.members where !keys.contains(member.key) { rest.append(key: member.key, value: member.value) }
    return Config(rest, file: file, prefix: prefix)
  }

  /// A section without keys.
  static func empty(file: String) -> Config { Config(JSONObject(), file: file) }

  /// A size: a whole number from `least` to `most`. `most` is larger than in any existing model, and small enough for
  /// products of sizes to fit an `Int`, since sizes are read before any weight.
  public func size(_ key: String, default fallback: Int? = nil, least: Int = 1, most: Int = 1 << 24) throws -> Int {
    guard let value = value(key) else { return try given(fallback, key) }
    guard let number = value.integerValue, number >= least else {
      throw invalid(key, "a whole number of \(least) or more")
    }
    guard number <= most else { throw invalid(key, "at most \(most)") }
    return number
  }

  /// A number of layers. The graph of a model has nodes for each of them, and is built before it is known whether their
  /// weights exist.
  public func layers(_ key: String, default fallback: Int? = nil, least: Int = 1) throws -> Int {
    try size(key, default: fallback, least: least, most: 4096)
  }

  /// A finite number.
  public func number(_ key: String, default fallback: Float? = nil) throws -> Float {
    guard let value = value(key) else { return try given(fallback, key) }
    guard let number = value.doubleValue, number.isFinite, Float(number).isFinite else {
      throw invalid(key, "a number")
    }
    return Float(number)
  }

  /// A finite number in double precision, for what transformers also computes in double precision, such as a share of
  /// features that is rounded down.
  func double(_ key: String, default fallback: Double? = nil) throws -> Double {
    guard let value = value(key) else { return try given(fallback, key) }
    guard let number = value.doubleValue, number.isFinite else { throw invalid(key, "a number") }
    return number
  }

  /// true or false.
  public func flag(_ key: String, default fallback: Bool? = nil) throws -> Bool {
    guard let value = value(key) else { return try given(fallback, key) }
    guard let flag = value.boolValue else { throw invalid(key, "true or false") }
    return flag
  }

  /// A word.
  public func string(_ key: String, default fallback: String? = nil) throws -> String {
    guard let value = value(key) else { return try given(fallback, key) }
    guard let word = value.stringValue else { throw invalid(key, "a word in quotes") }
    return word
  }

  /// A list of words, or nil.
  public func strings(_ key: String) throws -> [String]? {
    guard let value = value(key) else { return nil }
    let words = value.arrayValue?.compactMap(\.stringValue)
    guard let words, words.count == value.arrayValue?.count else { throw invalid(key, "a list of words") }
    return words
  }

  /// A list of values of any kind, or nil.
  public func list(_ key: String) throws -> [JSONValue]? {
    guard let value = value(key) else { return nil }
    guard let list = value.arrayValue else { throw invalid(key, "a list") }
    return list
  }

  /// Token ids, either one or a list; nil if there are none.
  func tokenIDs(_ key: String) throws -> Set<Int32>? {
    guard let value = value(key) else { return nil }
    let values = value.arrayValue ?? [value]
    let ids = values.compactMap { $0.integerValue.flatMap { Int32(exactly: $0) } }
    guard ids.count == values.count else { throw invalid(key, "a token id or a list of them") }
    return Set(ids)
  }

  /// A list of finite numbers, or nil.
  public func numbers(_ key: String) throws -> [Float]? {
    guard let value = value(key) else { return nil }
    let numbers = value.arrayValue?.compactMap { $0.doubleValue.map(Float.init) }.filter(\.isFinite)
    guard let numbers, numbers.count == value.arrayValue?.count else { throw invalid(key, "a list of numbers") }
    return numbers
  }

  /// One of an enum's cases.
  public func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, default fallback: Choice? = nil
  ) throws -> Choice where Choice.RawValue == String {
    guard has(key) else { return try given(fallback, key) }
    let word = try string(key)
    guard let choice = Choice(rawValue: word) else {
      throw invalid(key, Choice.allCases.map { $0.rawValue }.joined(separator: ", "))
    }
    return choice
  }

  /// A nonlinearity under any of the names that configs use.
  public func activation(_ key: String, default fallback: ActivationFunction? = nil) throws -> ActivationFunction {
    guard has(key) else { return try given(fallback, key) }
    switch try string(key) {
    case "relu": return .relu
    case "gelu", "gelu_python": return .gelu
    case "gelu_new", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_fast", "gelu_accurate": return .geluNew
    case "silu", "swish": return .silu
    default: throw invalid(key, "relu, gelu, gelu_new, gelu_pytorch_tanh or silu")
    }
  }

  /// The error for a value that is not as required.
  public func invalid(_ key: String, _ expected: String) -> CheckpointError {
    let shown = value(key)?.brief ?? (lacks(key) ? "not written" : "null")
    return .invalidConfigValue(key: written(key), value: shown, expected: expected, file: file)
  }

  private func written(_ key: String) -> String { keyNames[prefix + key] ?? prefix + key }

  private func value(_ key: String) -> JSONValue? {
    guard let value = json[key], !value.isNull else { return nil }
    return value
  }

  private func given<Value>(_ fallback: Value?, _ key: String) throws -> Value {
    guard let fallback else { throw CheckpointError.missingConfigKey(key: written(key), file: file) }
    return fallback
  }
}

extension JSONValue {
  /// The value as shown in a message.
  fileprivate var brief: String {
    if let text = stringValue { return "'\(text)'" }
    if let flag = boolValue { return flag ? "true" : "false" }
    if let number = integerValue { return "\(number)" }
    if let number = doubleValue { return "\(number)" }
    return kindName
  }
}
