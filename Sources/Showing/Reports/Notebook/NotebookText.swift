import Diagnostics
import Foundation

/// Text of a results file as a Python literal: nothing in it can end the literal or start a line.
package func pythonLiteral(_ text: String) -> String {
  var literal = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\\": literal += "\\\\"
    case "\"": literal += "\\\""
    case "\n": literal += "\\n"
    case "\r": literal += "\\r"
    case "\t": literal += "\\t"
    // Controls, and characters that change the direction of text or end lines in some programs: code must run as it is
    // displayed.
    case "\0"..."\u{1F}", "\u{7F}"..."\u{A0}", "\u{200B}"..."\u{200F}", "\u{2028}"..."\u{202E}",
      "\u{2066}"..."\u{2069}", "\u{FEFF}":
      let digits = String(scalar.value, radix: 16)
      literal += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: literal.unicodeScalars.append(scalar)
    }
  }
  return literal + "\""
}

/// A list of literals.
package func pythonList(_ texts: [String]) -> String { "[" + texts.map(pythonLiteral).joined(separator: ", ") + "]" }

/// Text of a results file as plain text in Markdown: no markup, no HTML, no formulas, on one line.
package func markdownWords(_ text: String) -> String {
  var words = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "<": words += "&lt;"
    case ">": words += "&gt;"
    case "&": words += "&amp;"
    // As an entity, since Jupyter looks for formulas before backslashes.
    case "$": words += "&#36;"
    case "\\", "`", "*", "_", "{", "}", "[", "]", "#", "|", "~", "!", "(", ")", "+", "-", "=", ".":
      // Inside words these have no special meaning; escaping every full stop would make the source unreadable.
      let isPlain = ".-+=!()".unicodeScalars.contains(scalar) && !words.isEmpty
      words += isPlain ? "" : "\\"
      words.unicodeScalars.append(scalar)
    case "\0"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}"..."\u{2029}": words += " "
    default: words.unicodeScalars.append(scalar)
    }
  }
  return words
}

/// A name of a results file as code in Markdown, on one line, with more backticks around it than any run inside.
package func markdownCode(_ text: String) -> String {
  let line = visible(text, limit: 200)
  let longest = line.split(whereSeparator: { $0 != "`" }).map(\.count).max() ?? 0
  if longest == 0 { return "`\(line)`" }
  let ticks = String(repeating: "`", count: longest + 1)
  return "\(ticks) \(line) \(ticks)"
}

/// The output of the notebook's `number`.
package func notebookNumber(_ value: Double, _ decimals: Int = 3) -> String {
  if value.isNaN { return "nan" }
  if value.isInfinite { return value < 0 ? "-inf" : "inf" }
  let text = decimal(value, decimals)
  return text.hasPrefix("-") && text.allSatisfy({ "-0.".contains($0) }) ? String(text.dropFirst()) : text
}

/// The result of the notebook's `shown` for a token.
package func notebookToken(_ token: String) -> String {
  let scalars = token.unicodeScalars.map { scalar -> Unicode.Scalar in
    switch scalar {
    case "\n": "⏎"
    case "\t": "⇥"
    case "\r": "␍"
    default: scalar
    }
  }
  let word = scalars.drop { " ▁Ġ".unicodeScalars.contains($0) }
  if word.isEmpty { return scalars.isEmpty ? "∅" : String(repeating: "␣", count: scalars.count) }
  var text = String.UnicodeScalarView()
  text.append(contentsOf: word)
  return String(text)
}

/// The output of the notebook's `table`: right-aligned columns, two spaces apart.
package func notebookTable(_ header: [String], _ rows: [[String]]) -> String {
  let lines = [header] + rows
  let widths = header.indices.map { column in lines.map { $0[column].unicodeScalars.count }.max() ?? 0 }
  return lines.map { line in
    let texts = zip(line, widths).map { text, width in
      String(repeating: " ", count: width - text.unicodeScalars.count) + text
    }
    return trimmedEnd(texts.joined(separator: "  ")) + "\n"
  }.joined()
}

/// Without spaces at its end.
private func trimmedEnd(_ text: String) -> String {
  var scalars = text.unicodeScalars
  while scalars.last == " " { scalars.removeLast() }
  return String(scalars)
}

/// "a, b and c".
func joinedWords(_ words: [String]) -> String {
  guard words.count > 1, let end = words.last else { return words.first ?? "" }
  return words.dropLast().joined(separator: ", ") + " and " + end
}
