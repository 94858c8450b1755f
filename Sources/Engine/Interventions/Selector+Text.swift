import Diagnostics

extension Selector {
  /// As in experiment files: `all`, `3`, `2..5`, or several of these, separated by commas.
  package var text: String {
    guard case .items(let items) = self else { return "all" }
    return items.map(\.text).joined(separator: ", ")
  }

  /// As a value in an experiment file.
  package var written: JSONValue {
    guard case .items(let items) = self else { return .string("all") }
    let values = items.map { item -> JSONValue in
      if case .index(let index) = item { .integer(index) } else { .string(item.text) }
    }
    return values.count == 1 ? values[0] : .array(values)
  }
}

extension Selector.Item {
  fileprivate var text: String {
    switch self {
    case .index(let index): "\(index)"
    case .range(let first, let last): "\(first)..\(last)"
    }
  }
}
