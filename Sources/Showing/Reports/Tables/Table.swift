/// A table as CSV by RFC 4180: commas, CRLF at the end of lines, quotes where a field needs them.
struct Table: Sendable {
  let name: String
  let header: [String]
  private(set) var text: String
  private(set) var rows = 0

  init(_ name: String, header: [String]) {
    (self.name, self.header) = (name, header)
    text = header.map(csvField).joined(separator: ",") + "\r\n"
  }

  /// - Precondition: a field for each column.
  mutating func add(_ fields: [String]) {
    precondition(fields.count == header.count, "\(fields.count) fields for \(header.count) columns")
    for (index, field) in fields.enumerated() {
      if index > 0 { text += "," }
      text += csvField(field)
    }
    text += "\r\n"
    rows += 1
  }

  /// Numbers so that they read back as they were; what is none is an empty field.
  static func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "" }
  static func number(_ value: Float) -> String { value.isFinite ? "\(value)" : "" }
}

/// A field of CSV: in quotes where it has a comma, a quote or the end of a line, or a space at an end, which some readers would take off; and with an apostrophe
/// before it where a spreadsheet would take it for a formula (a field that begins with = + @ or a tab, or with - and is no number).
func csvField(_ text: String) -> String {
  guard let first = text.utf8.first else { return text }
  var field = text
  let isFormula = [0x3D, 0x2B, 0x40, 0x09, 0x0D].contains(first) || (first == 0x2D && Double(text) == nil)
  if isFormula, Double(text) == nil { field = "'" + text }
  let needsQuotes =
    field.utf8.contains { [0x2C, 0x22, 0x0A, 0x0D].contains($0) } || first == 0x20 || field.utf8.last == 0x20
  return needsQuotes ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
}
