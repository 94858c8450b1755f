/// A piece of a user's file for use in a message: on one line, with control characters escaped, and cut off after
/// `limit` Unicode scalars.
public func visible(_ text: String, limit: Int = 80) -> String {
  var shown = ""
  for scalar in text.unicodeScalars.prefix(limit) {
    switch scalar {
    case "\n": shown += "\\n"
    case "\r": shown += "\\r"
    case "\t": shown += "\\t"
    case "\0"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}"..."\u{2029}":
      shown += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    default: shown.unicodeScalars.append(scalar)
    }
  }
  return text.unicodeScalars.dropFirst(limit).isEmpty ? shown : shown + "..."
}

/// A message made safe for a terminal or a log: nothing from users' files can move the cursor, and no name of a hundred
/// thousand letters fills the screen. Line ends stay, since some messages show two lists side by side.
public func printable(_ message: String, limit: Int = 4000) -> String {
  message.split(separator: "\n", omittingEmptySubsequences: false).map { visible(String($0), limit: limit) }
    .joined(separator: "\n")
}
