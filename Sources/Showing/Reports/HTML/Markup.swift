import Figures

/// Text for HTML, in elements and in quoted attributes.
func html(_ text: some StringProtocol) -> String { escapedMarkup(text, keepsLines: true) }

/// JSON for a script element: `<`, `>` and `&` are escaped, so that no text can end the element, and so are the two
/// line ends of older JavaScript.
func scriptSafe(_ json: String) -> String {
  // Works on bytes, since most of it is megabytes of base64. U+2028 and U+2029 are E2 80 A8 and A9.
  let bytes = Array(json.utf8)
  var result: [UInt8] = []
  result.reserveCapacity(bytes.count + 64)
  var place = 0
  while place < bytes.count {
    let byte = bytes[place]
    switch byte {
    case 0x3C: result += Array("\\u003c".utf8)
    case 0x3E: result += Array("\\u003e".utf8)
    case 0x26: result += Array("\\u0026".utf8)
    case 0xE2 where place + 2 < bytes.count && bytes[place + 1] == 0x80 && [0xA8, 0xA9].contains(bytes[place + 2]):
      result += Array((bytes[place + 2] == 0xA8 ? "\\u2028" : "\\u2029").utf8)
      place += 2
    default: result.append(byte)
    }
    place += 1
  }
  return String(decoding: result, as: UTF8.self)
}

/// A table of a page; the first columns are labels, the rest numbers.
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
