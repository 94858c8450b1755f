/// What the text of an experiment or an analysis shows without reading all of its YAML: the author's own words and, for
/// files that do not record them, its name and the order of its names.
struct FileText: Sendable, Hashable {
  let text: String

  init(_ text: String) { self.text = text }

  private var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

  /// The comment at the head of the file, by paragraphs: wrapped lines are joined; indented lines (commands) are
  /// unchanged.
  var paragraphs: [(text: String, isCode: Bool)] {
    var result: [(text: String, isCode: Bool)] = []
    var isOpen = false
    for line in (comment ?? "").split(separator: "\n", omittingEmptySubsequences: false) {
      if line.allSatisfy(\.isWhitespace) {
        isOpen = false
        continue
      }
      let isCode = line.hasPrefix("   ")
      if isOpen, let last = result.last, last.isCode == isCode {
        result[result.count - 1].text += (isCode ? "\n" : " ") + trimmed(line)
      } else {
        result.append((trimmed(line), isCode))
      }
      isOpen = true
    }
    return result
  }

  /// The comment at the head of the file, without its comment signs; nil if there is none.
  var comment: String? {
    let head = lines.drop { $0.allSatisfy(\.isWhitespace) }.prefix { $0.hasPrefix("#") }
    let words = head.map { line in
      let rest = line.dropFirst()
      return String(rest.first == " " ? rest.dropFirst() : rest)
    }
    let text = words.joined(separator: "\n")
    return text.allSatisfy(\.isWhitespace) ? nil : text
  }

  /// The comment at the head of the file, as HTML.
  var authorsWords: String {
    let words = paragraphs.map { $0.isCode ? "<pre>\(html($0.text))</pre>" : "<p>\(html($0.text))</p>" }
    return
      "<details open><summary>In the author's words</summary><blockquote>\(words.joined(separator: "\n"))</blockquote></details>"
  }

  /// The value of the key `name` at the left margin.
  var name: String? { value(of: "name").flatMap { $0.isEmpty ? nil : $0 } }

  /// The flow list of the key `metrics`.
  var metrics: [String] {
    guard let value = value(of: "metrics"), value.hasPrefix("["), let end = value.firstIndex(of: "]") else { return [] }
    return value[value.index(after: value.startIndex)..<end].split(separator: ",").map { trimmed($0) }
  }

  /// The values of `name:`, wherever it occurs, in the order of the text.
  var names: [String] {
    lines.filter { !$0.hasPrefix("#") }.flatMap { line -> [String] in
      line.ranges(of: "name:").map { range in
        trimmed(line[range.upperBound...].prefix { !",}#".contains($0) })
      }
    }
  }

  private func value(of key: String) -> String? {
    lines.first { $0.hasPrefix("\(key):") }.map { line in
      trimmed(line.dropFirst(key.count + 1).prefix { $0 != "#" })
    }
  }

  private func trimmed(_ text: Substring) -> String {
    let inner = text.drop(while: \.isWhitespace)
    let end = inner.lastIndex { !$0.isWhitespace }
    let word = end.map { String(inner[...$0]) } ?? ""
    let quotes: Set<Character> = ["\"", "'"]
    guard word.count > 1, let first = word.first, quotes.contains(first), word.last == first else { return word }
    return String(word.dropFirst().dropLast())
  }
}
