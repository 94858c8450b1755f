/// For each cell of a partial run, the positions of its row that a block of values covers: one range, possibly empty.
struct EntrySet: Sendable, Equatable {
  /// One for each cell; empty if it has none.
  let ranges: [Range<Int>]
  /// For each cell, where its first position is in the packed block.
  let starts: [Int]
  /// How many positions there are in all.
  let count: Int

  init(_ ranges: [Range<Int>]) {
    self.ranges = ranges
    var starts: [Int] = []
    starts.reserveCapacity(ranges.count)
    var count = 0
    for range in ranges {
      starts.append(count)
      count += range.count
    }
    self.starts = starts
    self.count = count
  }

  static func == (a: EntrySet, b: EntrySet) -> Bool { a.count == b.count && a.ranges == b.ranges }

  static func none(cells: Int) -> EntrySet { EntrySet([Range<Int>](repeating: 0..<0, count: cells)) }

  var isEmpty: Bool { count == 0 }
}

extension Range<Int> {
  /// The smallest range that contains both; an empty one contains nothing.
  func hull(_ other: Range<Int>) -> Range<Int> {
    if isEmpty { return other }
    if other.isEmpty { return self }
    return Swift.min(lowerBound, other.lowerBound)..<Swift.max(upperBound, other.upperBound)
  }
}
