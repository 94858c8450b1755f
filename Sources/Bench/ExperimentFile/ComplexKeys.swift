/// Finds keys that are not text before a YAML parser sees them.
///
/// The parser compares the keys of each map with all their contents. With nested aliases, a key of a few hundred
/// characters can expand to more than any machine can compare: thirty levels of `&b {x: *a, y: *a}` are a thousand
/// million nodes. As values they cost nothing, because values are expanded only when they are read.
enum ComplexKeys {
  /// Where the first such key ends or begins in a text that has an alias of an anchor; nil if there is none. Quotes are
  /// ignored: what is inside them counts only if the text also has aliases.
  static func placeInFileWithAliases(in text: String) -> (line: Int, column: Int)? {
    let bytes = Array(text.utf8)
    guard bytes.contains(UInt8(ascii: "&")), bytes.contains(UInt8(ascii: "*")) else { return nil }
    let anchors = names(after: UInt8(ascii: "&"), in: bytes)
    guard !anchors.isDisjoint(with: names(after: UInt8(ascii: "*"), in: bytes)) else { return nil }
    guard let offset = bytes.indices.first(where: { isExplicit(bytes, $0) || isFollowedByColon(bytes, $0) }) else {
      return nil
    }
    let before = bytes[..<offset]
    return (1 + before.count { $0 == newline }, 1 + before.reversed().prefix { $0 != newline }.count)
  }

  private static let newline = UInt8(ascii: "\n")

  /// Whether an anchor, an alias or a question mark may begin here.
  private static func beginsToken(_ bytes: [UInt8], _ at: Int) -> Bool {
    at == 0 || isSpace(bytes[at - 1]) || "[]{},:?-\"'".utf8.contains(bytes[at - 1]) || bytes[at - 1] >= 0x80
  }

  private static func names(after mark: UInt8, in bytes: [UInt8]) -> Set<ArraySlice<UInt8>> {
    var names: Set<ArraySlice<UInt8>> = []
    for at in bytes.indices where bytes[at] == mark && beginsToken(bytes, at) {
      names.insert(bytes[(at + 1)...].prefix { isName($0) })
    }
    return names
  }

  /// `? ` before a key.
  private static func isExplicit(_ bytes: [UInt8], _ at: Int) -> Bool {
    bytes[at] == UInt8(ascii: "?") && beginsToken(bytes, at) && (at + 1 == bytes.count || !isName(bytes[at + 1]))
  }

  /// A closing bracket, or an alias, with a colon behind.
  private static func isFollowedByColon(_ bytes: [UInt8], _ at: Int) -> Bool {
    var next = at + 1
    switch bytes[at] {
    case UInt8(ascii: "]"), UInt8(ascii: "}"): break
    case UInt8(ascii: "*") where beginsToken(bytes, at):
      while next < bytes.count, isName(bytes[next]) { next += 1 }
    default: return false
    }
    var isComment = false
    // What is behind more than that is not looked for: time must not grow with the square of a comment.
    let end = min(bytes.count, next + (1 << 13))
    while next < end, isComment || isSpace(bytes[next]) || bytes[next] == UInt8(ascii: "#") {
      if bytes[next] == UInt8(ascii: "#") { isComment = true }
      if bytes[next] == newline { isComment = false }
      next += 1
    }
    return next < bytes.count && (next == end || bytes[next] == UInt8(ascii: ":"))
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  /// What names of anchors are made of.
  private static func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
