import Interventions

extension Field {
  /// `all`, a number, a range such as `2..5` or `-3..-1`, or a list of numbers and ranges.
  func selector() throws -> Selector {
    if case .text("all") = try content() { return .all }
    return .items(try oneOrMore(of: "numbers").map { try $0.selectorItem() })
  }

  private func selectorItem() throws -> Selector.Item {
    let content = try content()
    switch content {
    case .integer(let index): return .index(index)
    case .text(let text):
      guard let (first, last) = range(text) else { break }
      // With one end counted from the front and one from the back, only the axis's length tells.
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
