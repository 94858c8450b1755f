import Diagnostics
import Yams

/// A JSON or YAML document that may contain what neither allows: duplicate keys, numbers that do not exist, aliases of
/// nothing.
indirect enum Tree {
  /// Written unchanged.
  case raw(String)
  case text(String)
  case list([Tree])
  case map([(key: String, value: Tree)])

  init(_ value: JSONValue) {
    switch value {
    case .null: self = .raw("null")
    case .bool(let flag): self = .raw("\(flag)")
    case .integer(let integer): self = .raw("\(integer)")
    case .number(let number): self = .raw("\(number)")
    case .string(let text): self = .text(text)
    case .array(let elements): self = .list(elements.map(Tree.init))
    case .object(let object): self = .map(object.members.map { ($0.key, Tree($0.value)) })
    }
  }

  init(_ node: Node) {
    switch node {
    case .scalar(let scalar): self = scalar.style == .plain ? .raw(scalar.string) : .text(scalar.string)
    case .sequence(let sequence): self = .list(sequence.map { Tree($0) })
    case .mapping(let mapping): self = .map(mapping.map { ($0.key.string ?? "", Tree($0.value)) })
    case .alias: self = .raw("null")
    }
  }

  /// As JSON, or YAML in flow style.
  var written: String {
    switch self {
    case .raw(let raw): raw
    case .text(let text): jsonString(text)
    case .list(let elements): "[" + elements.map(\.written).joined(separator: ", ") + "]"
    case .map(let members):
      "{" + members.map { "\(jsonString($0.key)): \($0.value.written)" }.joined(separator: ", ") + "}"
    }
  }

  /// As YAML in block style, as people write it; scalars and the contents of lists in flow style.
  var block: String {
    guard case .map(let members) = self else { return written + "\n" }
    return members.map { member in
      guard case .list(let elements) = member.value, !elements.isEmpty else {
        return "\(member.key): \(member.value.written)\n"
      }
      return "\(member.key):\n" + elements.map { "  - \($0.written)\n" }.joined()
    }.joined()
  }

  /// The number of nodes.
  var count: Int {
    switch self {
    case .raw, .text: 1
    case .list(let elements): elements.reduce(1) { $0 + $1.count }
    case .map(let members): members.reduce(1) { $0 + $1.value.count }
    }
  }

  /// A node by its number, depth first; 0 is the whole tree.
  func node(_ number: Int) -> Tree {
    var rest = number
    return find(&rest) ?? self
  }

  private func find(_ rest: inout Int) -> Tree? {
    if rest == 0 { return self }
    rest -= 1
    for child in children { if let found = child.find(&rest) { return found } }
    return nil
  }

  private var children: [Tree] {
    switch self {
    case .raw, .text: []
    case .list(let elements): elements
    case .map(let members): members.map(\.value)
    }
  }

  /// The tree with one node changed.
  func changing(_ number: Int, _ change: (Tree) -> Tree) -> Tree {
    var rest = number
    return changed(&rest, change)
  }

  private func changed(_ rest: inout Int, _ change: (Tree) -> Tree) -> Tree {
    if rest == 0 {
      rest = -1
      return change(self)
    }
    if rest < 0 { return self }
    rest -= 1
    switch self {
    case .raw, .text: return self
    case .list(let elements):
      var new: [Tree] = []
      for element in elements { new.append(element.changed(&rest, change)) }
      return .list(new)
    case .map(let members):
      var new: [(key: String, value: Tree)] = []
      for member in members { new.append((member.key, member.value.changed(&rest, change))) }
      return .map(new)
    }
  }
}
