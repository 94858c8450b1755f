/// Text for XML and HTML, in elements and in quoted attributes: characters with a meaning become entities; control
/// characters and those that XML cannot represent become U+FFFD.
/// - Parameter keepsLines: whether ends of lines and tabs stay; else they become spaces.
package func escapedMarkup(_ text: some StringProtocol, keepsLines: Bool = false) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    case "\n", "\t": result.unicodeScalars.append(keepsLines ? scalar : " ")
    case "\0"..."\u{1F}", "\u{7F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
