extension TokenDecoder {
  private static let supported = ["ByteLevel", "Sequence", "Replace", "ByteFallback", "Fuse", "Strip", "Metaspace"]

  init(_ field: JSONField) throws(TokenizerError) {
    let type = try field.required("type").string()
    switch type {
    case "Sequence":
      var steps: [TokenDecoder] = []
      for element in try field.required("decoders").elements() { steps.append(try TokenDecoder(element)) }
      self = .sequence(steps)
    case "ByteLevel": self = .byteLevel
    case "Replace":
      self = .replace(
        try TextPattern(try field.required("pattern")), with: Array(try field.required("content").string().utf8))
    case "ByteFallback": self = .byteFallback
    case "Fuse": self = .fuse
    case "Strip":
      self = .strip(
        try field.scalar("content"), start: try Self.count("start", of: field), stop: try Self.count("stop", of: field))
    case "Metaspace":
      self = .metaspace(
        replacement: try field.scalar("replacement"),
        dropsFirst: try PreTokenizer.MetaspacePrefix(metaspace: field) != .never)
    default:
      throw .unsupportedType(
        file: field.file, path: field.path, part: "decoder", type: type, supported: Self.supported)
    }
  }

  private static func count(_ key: String, of field: JSONField) throws(TokenizerError) -> Int {
    let member = try field.required(key)
    let count = try member.integer()
    guard count >= 0 else { throw member.badValue("\(count)", expected: "0 or more") }
    return count
  }
}
