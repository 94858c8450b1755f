/// The places of an engine's cells among those of the results.
struct CellGrid: Sendable, Hashable {
  /// The place of each of the engine's columns in a row of the results, ascending; nil if both have the same cells.
  let columns: [Int]?
  /// How many cells a row of the results has.
  let width: Int

  /// The same cells.
  init() {
    columns = nil
    width = 1
  }

  /// Rows of which the engine computes only some cells.
  init(columns: [Int], width: Int) {
    self.columns = columns
    self.width = width
  }

  /// The place of one of the engine's cells.
  func place(of cell: Int) -> Int {
    guard let columns else { return cell }
    return cell / columns.count * width + columns[cell % columns.count]
  }

  /// A block's cells in the layout of the results; cells between them that the engine does not compute are NaN.
  /// - Parameter values: [cell, example] of the engine's cells.
  func spread(_ values: [Float], cells: Range<Int>, examples: Int) -> (cells: Range<Int>, values: [Float]) {
    guard !cells.isEmpty else { return (0..<0, []) }
    let places = place(of: cells.lowerBound)..<place(of: cells.upperBound - 1) + 1
    if places.count == cells.count { return (places, values) }
    var spread = [Float](repeating: .nan, count: places.count * examples)
    for (index, cell) in cells.enumerated() {
      let start = (place(of: cell) - places.lowerBound) * examples
      spread.replaceSubrange(start..<start + examples, with: values[index * examples..<(index + 1) * examples])
    }
    return (places, spread)
  }
}
