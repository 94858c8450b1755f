extension PreTokenizer {
  private static let supported = [
    "ByteLevel", "Split", "Sequence", "Metaspace", "Whitespace", "WhitespaceSplit", "Digits", "Punctuation",
  ]

  init(_ field: JSONField) throws(TokenizerError) {
    let type = try field.required("type").string()
    switch type {
    case "Sequence":
      var steps: [PreTokenizer] = []
      for element in try field.required("pretokenizers").elements() { steps.append(try PreTokenizer(element)) }
      self = .sequence(steps)
    case "ByteLevel":
      self = .byteLevel(
        addsPrefixSpace: try field.bool("add_prefix_space", default: true),
        pattern: try field.bool("use_regex", default: true) ? .gpt2 : nil)
    case "Split":
      let behavior = try Self.behavior(try field.required("behavior"))
      let splitting = Splitting(behavior, inverted: try field.bool("invert", default: false))
      self = .split(try TextPattern(try field.required("pattern")), splitting)
    case "Metaspace": self = try Self.metaspace(field)
    case "Whitespace": self = .whitespace
    case "WhitespaceSplit": self = .whitespaceSplit
    case "Digits": self = .digits(individually: try field.bool("individual_digits", default: false))
    case "Punctuation":
      self = .punctuation(Splitting(try field.member("behavior").map(Self.behavior) ?? .isolated))
    default:
      throw .unsupportedType(
        file: field.file, path: field.path, part: "pre-tokenizer", type: type, supported: Self.supported)
    }
  }

  private static func behavior(_ field: JSONField) throws(TokenizerError) -> Splitting.Behavior {
    let name = try field.string()
    guard let behavior = Splitting.Behavior(rawValue: name) else {
      let names = Splitting.Behavior.allCases.map(\.rawValue).joined(separator: ", ")
      throw field.badValue(name, expected: "one of \(names)")
    }
    return behavior
  }

  private static func metaspace(_ field: JSONField) throws(TokenizerError) -> PreTokenizer {
    let replacement = String(Character(try field.scalar("replacement")))
    return .metaspace(
      replacement: Array(replacement.utf8), prefix: try MetaspacePrefix(metaspace: field),
      splits: try field.bool("split", default: true))
  }
}

extension PreTokenizer.MetaspacePrefix {
  /// Reads `prepend_scheme`, or the boolean `add_prefix_space` that older files have instead.
  init(metaspace field: JSONField) throws(TokenizerError) {
    guard let scheme = try field.member("prepend_scheme") else {
      self = try field.bool("add_prefix_space", default: true) ? .always : .never
      return
    }
    let name = try scheme.string()
    guard let prefix = Self(rawValue: name) else {
      throw scheme.badValue(name, expected: "one of " + Self.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self = prefix
  }
}
