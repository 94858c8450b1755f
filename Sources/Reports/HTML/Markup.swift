/// Text for HTML, in elements and in quoted attributes: the characters with a meaning as entities, control characters, which no page may have, as U+FFFD.
func html(_ text: some StringProtocol) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    case "\n", "\t": result.unicodeScalars.append(scalar)
    case "\0"..."\u{1F}", "\u{7F}": result += "\u{FFFD}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// JSON for a script element: `<`, `>` and `&` as escapes, so that no text can end the element, and the two line ends that scripts of old took as such.
func scriptSafe(_ json: String) -> String {
  json.replacing("<", with: "\\u003c").replacing(">", with: "\\u003e").replacing("&", with: "\\u0026")
    .replacing("\u{2028}", with: "\\u2028").replacing("\u{2029}", with: "\\u2029")
}

/// A table of a page; the first columns hold labels, the rest numbers.
func htmlTable(_ header: [String], _ rows: [[String]], labels: Int, caption: String) -> String {
  func cells(_ fields: [String], _ tag: String) -> String {
    fields.enumerated().map { index, field in
      let attributes = (index < labels ? "" : " class=\"n\"") + (tag == "th" ? " scope=\"col\"" : "")
      return "<\(tag)\(attributes)>\(html(field))</\(tag)>"
    }.joined()
  }
  return """
    <div class="scroll" tabindex="0" role="region" aria-label="\(html(caption))"><table><caption>\(html(caption))</caption>
    <thead><tr>\(cells(header, "th"))</tr></thead>
    <tbody>\(rows.map { "<tr>\(cells($0, "td"))</tr>" }.joined(separator: "\n"))</tbody></table></div>
    """
}
