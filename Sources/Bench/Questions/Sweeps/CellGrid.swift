/// Where the cells that an engine counts lie among those of the results.
struct CellGrid: Sendable, Hashable {
  /// Where each of the engine's columns stands in a row of the results, rising; nil where the two have the same cells.
  let columns: [Int]?
  /// How many cells a row of the results has.
  let width: Int

  /// Cell for cell.
  init() {
    columns = nil
    width = 1
  }

  /// Rows of which the engine computes some cells only.
  init(columns: [Int], width: Int) {
    self.columns = columns
    self.width = width
  }

  /// The place of one of the engine's cells.
  func place(of cell: Int) -> Int {
    guard let columns else { return cell }
    return cell / columns.count * width + columns[cell % columns.count]
  }

  /// A block's cells as the results have them: those that the engine does not compute, in between, are NaN.
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
