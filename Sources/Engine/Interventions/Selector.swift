/// Which entries of an axis are selected: all, or a list of numbers and ranges. Negative numbers count from the end: -1
/// is the last.
public enum Selector: Sendable, Hashable {
  /// One entry, or an inclusive range of them.
  public enum Item: Sendable, Hashable {
    case index(Int)
    /// From the first to the last, both included.
    case range(Int, Int)
  }

  case all
  case items([Item])

  /// One entry.
  public static func index(_ index: Int) -> Selector { .items([.index(index)]) }

  /// The selected entries of an axis with `count` entries, in the order written, without those outside the axis.
  public func indices(count: Int) -> [Int] {
    switch self {
    case .all: return Array(0..<count)
    case .items(let items):
      return items.flatMap { item -> [Int] in
        switch item {
        case .index(let index): return [fromEnd(index, count)].filter { (0..<count).contains($0) }
        case .range(let first, let last):
          let (low, high) = (max(0, fromEnd(first, count)), min(count - 1, fromEnd(last, count)))
          return low <= high ? Array(low...high) : []
        }
      }
    }
  }

  /// The first number that lies outside an axis with `count` entries, or nil.
  public func firstOutside(count: Int) -> Int? {
    guard case .items(let items) = self else { return nil }
    for item in items {
      switch item {
      case .index(let index): if !(0..<count).contains(fromEnd(index, count)) { return index }
      case .range(let first, let last):
        if !(0..<count).contains(fromEnd(first, count)) { return first }
        if !(0..<count).contains(fromEnd(last, count)) { return last }
      }
    }
    return nil
  }

  private func fromEnd(_ index: Int, _ count: Int) -> Int { index < 0 ? count + index : index }
}

/// `[.layer: 0, .head: [0, 6]]`
extension Selector: ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  public init(integerLiteral index: Int) { self = .index(index) }

  public init(arrayLiteral indices: Int...) { self = .items(indices.map { .index($0) }) }
}
