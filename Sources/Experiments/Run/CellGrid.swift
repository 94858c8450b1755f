/// Where the cells that an engine counts lie among those of the results.
struct CellGrid: Sendable, Hashable {
  /// How many cells of the results come before the engine's first.
  let offset: Int
  /// Where each of the engine's columns stands in a row of the results, rising; nil where the two have the same cells.
  let columns: [Int]?
  /// How many cells a row of the results has.
  let width: Int

  /// Cell for cell, from some cell of the results on.
  init(offset: Int = 0) {
    self.offset = offset
    columns = nil
    width = 1
  }

  /// Rows of which the engine computes some cells only.
  init(offset: Int, columns: [Int], width: Int) {
    self.offset = offset
    self.columns = columns
    self.width = width
  }

  /// The place of one of the engine's cells.
  func place(of cell: Int) -> Int {
    guard let columns else { return offset + cell }
    return offset + cell / columns.count * width + columns[cell % columns.count]
  }

  /// A block's cells as the results have them: those that the engine does not compute, in between, are NaN.
  /// - Parameter values: [cell, example] of the engine's cells.
  func spread(_ values: [Float], cells: Range<Int>, examples: Int) -> (cells: Range<Int>, values: [Float]) {
    guard !cells.isEmpty else { return (offset..<offset, []) }
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
