/// Rows of text in aligned columns.
package struct TextTable {
  package enum Alignment { case left, right }

  private let alignments: [Alignment]
  private var rows: [[String]] = []
  private let indent: String

  /// - Parameters:
  ///   - header: the first row.
  ///   - alignments: one for each column; left where there are fewer.
  package init(header: [String], alignments: [Alignment] = [], indent: String = "") {
    self.alignments = alignments + [Alignment](repeating: .left, count: max(0, header.count - alignments.count))
    self.indent = indent
    rows.append(header)
  }

  package mutating func add(_ row: [String]) { rows.append(row) }

  /// All rows, columns two spaces apart, without spaces at the ends of lines.
  package var text: String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { $0.indices.contains(column) ? width($0[column]) : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = indent
      for (column, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - width(cell))
        let aligned = column < alignments.count && alignments[column] == .right ? padding + cell : cell + padding
        line += (column == 0 ? "" : "  ") + aligned
      }
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }
}

/// How many columns of a terminal a text takes: two for wide East Asian letters and pictures, none for combining marks.
private func width(_ text: String) -> Int {
  text.unicodeScalars.reduce(0) { total, scalar in
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return total
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      return total + 2
    default: return total + 1
    }
  }
}
