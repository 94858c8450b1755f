import ExperimentFile
import Interventions

extension Field {
  /// `all`, a number, a range such as `2..5` or `-3..-1`, or a list of numbers and ranges.
  ///
  /// An entry that occurs twice is an error. If one is counted from the front and one from the end, that depends on the
  /// axis's length.
  package func selector() throws -> Selector {
    if case .text("all") = try content() { return .all }
    var items: [Selector.Item] = []
    for element in try oneOrMore(of: "numbers") {
      let item = try element.selectorItem()
      if let entry = items.lazy.compactMap({ $0.common(with: item) }).first {
        throw element.error(.repeated(path: path, word: "\(entry)"))
      }
      items.append(item)
    }
    return .items(items)
  }

  private func selectorItem() throws -> Selector.Item {
    let content = try content()
    switch content {
    case .integer(let index): return .index(index)
    case .text(let text):
      guard let (first, last) = range(text) else { break }
      // If one end is counted from the front and one from the end, it depends on the axis's length.
      guard (first < 0) != (last < 0) || first <= last else {
        throw error(.badValue(path: path, value: quoted(text), expected: "a range from a lower to a higher number"))
      }
      return .range(first, last)
    default: break
    }
    throw error(
      .wrongType(
        path: path, found: content.description, expected: "a number, a list of numbers, a range such as 2..5, or all"))
  }

  private func range(_ text: String) -> (Int, Int)? {
    guard let dots = text.firstRange(of: "..") else { return nil }
    guard let first = Int(text[..<dots.lowerBound]), let last = Int(text[dots.upperBound...]) else { return nil }
    return (first, last)
  }
}

extension Selector.Item {
  /// The first entry that two items have in common, as written.
  fileprivate func common(with other: Selector.Item) -> Int? {
    guard let own = ends, let others = other.ends, (own.0 < 0) == (others.0 < 0) else { return nil }
    let first = max(own.0, others.0)
    return first <= min(own.1, others.1) ? first : nil
  }

  /// First and last, if both are counted from the same end.
  private var ends: (Int, Int)? {
    switch self {
    case .index(let index): (index, index)
    case .range(let first, let last): (first < 0) == (last < 0) ? (first, last) : nil
    }
  }
}
