import Diagnostics
import ExperimentFile

/// A CSV file (RFC 4180) with a header, as a table of labels: a row per prompt, in order or by its column `example`.
struct LabelTable {
  private let file: String
  private let header: [String]
  private let rows: [(line: Int, cells: [String])]

  /// - Throws: `ExperimentError` for a file that is missing, empty, or ragged.
  init(_ file: String) throws {
    self.file = file
    var text = try readText(file)
    if text.hasPrefix("\u{FEFF}") { text.removeFirst() }
    let records = try Self.records(text, file)
    guard let first = records.first else { throw ExperimentError.inFile(Place(file: file, line: 1), .emptyTable) }
    header = first.cells
    rows = Array(records.dropFirst())
    for row in rows where row.cells.count != header.count {
      throw ExperimentError.inFile(
        Place(file: file, line: row.line), .raggedTable(found: row.cells.count, expected: header.count))
    }
  }

  /// The label of each prompt, by its number.
  /// - Throws: `ExperimentError` for a column that does not exist, or a number that is invalid or repeated.
  func values(of column: String) throws -> [Int: String] {
    guard let index = header.firstIndex(of: column) else {
      throw ExperimentError.inFile(Place(file: file, line: 1), .noColumn(column, known: header))
    }
    let numbers = header.firstIndex(of: "example")
    var values: [Int: String] = [:]
    for (row, record) in rows.enumerated() {
      let place = Place(file: file, line: record.line)
      var example = row
      if let numbers {
        guard let number = Int(record.cells[numbers]), number >= 0 else {
          throw ExperimentError.inFile(
            place,
            .badValue(path: "example", value: quoted(record.cells[numbers]), expected: "a prompt's number, from 0"))
        }
        example = number
      }
      guard values[example] == nil else {
        throw ExperimentError.inFile(place, .repeated(path: "example", word: "\(example)"))
      }
      values[example] = record.cells[index]
    }
    return values
  }

  /// Splits at commas and line ends outside quotes; two quotes inside quotes are one.
  private static func records(_ text: String, _ file: String) throws -> [(line: Int, cells: [String])] {
    var records: [(line: Int, cells: [String])] = []
    var (cells, cell): ([String], [UInt8]) = ([], [])
    var (line, start, isQuoted, wasQuoted) = (1, 1, false, false)
    func finishCell() {
      cells.append(String(decoding: cell, as: UTF8.self))
      (cell, wasQuoted) = ([], false)
    }
    func finishRecord() {
      if cells.isEmpty, cell.isEmpty, !wasQuoted { return }
      finishCell()
      records.append((start, cells))
      cells = []
    }
    let bytes = Array(text.utf8)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "\n") { line += 1 }
      switch (byte, isQuoted) {
      case (UInt8(ascii: "\""), true):
        if index < bytes.count, bytes[index] == UInt8(ascii: "\"") {
          cell.append(byte)
          index += 1
        } else {
          isQuoted = false
        }
      case (UInt8(ascii: "\""), false) where cell.isEmpty: (isQuoted, wasQuoted) = (true, true)
      case (UInt8(ascii: ","), false): finishCell()
      case (UInt8(ascii: "\r"), false) where index < bytes.count && bytes[index] == UInt8(ascii: "\n"): continue
      case (UInt8(ascii: "\n"), false):
        finishRecord()
        start = line
      default: cell.append(byte)
      }
    }
    guard !isQuoted else { throw ExperimentError.inFile(Place(file: file, line: start), .openQuote) }
    finishRecord()
    return records
  }
}
