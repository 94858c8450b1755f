/// A table as CSV by RFC 4180: commas, CRLF as line ends, quotes around fields that need them.
struct Table: Sendable {
  let name: String
  let header: [String]
  private(set) var text: String
  private(set) var rows = 0

  init(_ name: String, header: [String]) {
    (self.name, self.header) = (name, header)
    text = header.map(csvField).joined(separator: ",") + "\r\n"
  }

  /// - Precondition: one field per column.
  mutating func add(_ fields: [String]) {
    precondition(fields.count == header.count, "\(fields.count) fields for \(header.count) columns")
    for (index, field) in fields.enumerated() {
      if index > 0 { text += "," }
      text += csvField(field)
    }
    text += "\r\n"
    rows += 1
  }

  /// Numbers such that reading them back gives the same values; a missing number is an empty field.
  static func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "" }
  static func number(_ value: Float) -> String { value.isFinite ? "\(value)" : "" }
}

/// A field of CSV: in quotes if it contains a comma, a quote or a line end, or starts or ends with a space, which some
/// readers would drop; with an apostrophe in front if a spreadsheet would read it as a formula (a field that starts
/// with = + @ or a tab, or with - unless it is a number).
func csvField(_ text: String) -> String {
  guard let first = text.utf8.first else { return text }
  var field = text
  let isFormula = [0x3D, 0x2B, 0x40, 0x09, 0x0D].contains(first) || (first == 0x2D && Double(text) == nil)
  if isFormula, Double(text) == nil { field = "'" + text }
  let needsQuotes =
    field.utf8.contains { [0x2C, 0x22, 0x0A, 0x0D].contains($0) } || first == 0x20 || field.utf8.last == 0x20
  return needsQuotes ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
}
