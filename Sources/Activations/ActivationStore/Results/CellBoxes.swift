/// The blocks, in order, that together make up a range of flat row-major indices of an array.
///
/// At most two for each axis but the first, and one more: for each axis the rest of the row that the range starts in,
/// whole rows, and the beginning of its last row.
package func boxes(of range: Range<Int>, in shape: [Int]) -> [Box] {
  guard !range.isEmpty else { return [] }
  guard let size = shape.first else { return [Box(start: [], count: [])] }
  let row = shape.dropFirst().reduce(1, *)
  if shape.count == 1 { return [Box(start: [range.lowerBound], count: [range.count])] }
  precondition(range.lowerBound >= 0 && range.upperBound <= size * row, "cells \(range) of \(shape)")
  var result: [Box] = []
  var next = range.lowerBound
  while next < range.upperBound {
    let (index, offset) = (next / row, next % row)
    let wholeRows = offset == 0 ? (range.upperBound - next) / row : 0
    if wholeRows > 0 {
      let tail = Array(shape.dropFirst())
      result.append(Box(start: [index] + tail.map { _ in 0 }, count: [wholeRows] + tail))
      next += wholeRows * row
    } else {
      let end = min(row, offset + range.upperBound - next)
      for box in boxes(of: offset..<end, in: Array(shape.dropFirst())) {
        result.append(Box(start: [index] + box.start, count: [1] + box.count))
      }
      next += end - offset
    }
  }
  return result
}
