import Diagnostics

/// A GGUF file's metadata as named by one architecture: keys without the leading name of the architecture.
struct GGUFKeys {
  let file: GGUFFile
  let architecture: String

  func key(_ name: String) -> String { "\(architecture).\(name)" }

  func has(_ name: String) -> Bool { file[key(name)] != nil }

  func hasTensor(_ name: String) -> Bool { file.tensor(named: name) != nil }

  /// A whole number; for an array with a number per layer, the number if all are equal.
  func integer(_ name: String) throws(CheckpointError) -> Int? {
    guard case .array? = file[key(name)] else { return try file.integer(key(name)) }
    let numbers = try file.integers(key(name)) ?? []
    guard let first = numbers.first, numbers.allSatisfy({ $0 == first }) else {
      throw invalid(name, "one number for all layers")
    }
    return first
  }

  func number(_ name: String) throws(CheckpointError) -> Double? { try file.number(key(name)) }

  /// A value as in `config.json`; nil if there is no such key.
  func json(_ name: String) throws(CheckpointError) -> JSONValue? {
    switch file[key(name)] {
    case nil: return nil
    case .array: return try integer(name).map(JSONValue.integer)
    case .unsigned, .signed: return try file.integer(key(name)).map(JSONValue.integer)
    case .number(let number):
      // JSON has only finite numbers.
      guard number.isFinite else { throw invalid(name, "a finite number") }
      return .number(number)
    case .flag(let flag): return .bool(flag)
    case .text(let text): return .string(text)
    }
  }

  func invalid(_ name: String, _ expected: String) -> CheckpointError { file.invalid(key(name), expected) }
}

extension GGUFKeys {
  /// Keys that change what a network computes, and the values with which they change nothing.
  private static let neutral: [(key: String, value: Double)] = [
    ("expert_count", 0), ("attention.clamp_kqv", 0), ("attention.max_alibi_bias", 0), ("logit_scale", 1),
    ("residual_scale", 1), ("embedding_scale", 1), ("attention.scale", 0), ("rope.scaling.attn_factor", 1),
  ]

  /// - Throws: `invalidConfigValue` for a model that no family describes: mixtures of experts, rotations that depend on
  ///   the prompt's length, additional scales.
  func checkThatNothingElseIsMeant() throws(CheckpointError) {
    for (name, value) in Self.neutral {
      guard let number = try number(name), number != value else { continue }
      throw invalid(name, "\(value == value.rounded() ? "\(Int(value))" : "\(value)"): nothing else is supported")
    }
    if try file.flag(key("attention.causal")) == false {
      throw invalid("attention.causal", "true: non-causal attention is not supported")
    }
    if let values = try integer("attention.value_length"), let keys = try integer("attention.key_length"),
      values != keys
    {
      throw invalid("attention.value_length", "attention.key_length = \(keys)")
    }
  }

  /// `rope_scaling` of a config, or nil if positions are not scaled.
  func ropeScaling() throws(CheckpointError) -> JSONValue? {
    // The older spelling, for linear scaling only.
    if let factor = try number("rope.scale_linear"), factor != 1 {
      return .object(["rope_type": .string("linear"), "factor": .number(factor)])
    }
    guard let type = try file.text(key("rope.scaling.type")), type != "none" else { return nil }
    guard type == "linear", let factor = try number("rope.scaling.factor") else {
      throw invalid("rope.scaling.type", "none, or linear with a rope.scaling.factor")
    }
    return .object(["rope_type": .string("linear"), "factor": .number(factor)])
  }
}
