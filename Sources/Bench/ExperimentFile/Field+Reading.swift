import Diagnostics

extension Field {
  /// The text of this value.
  package func text() throws -> String {
    let content = try content()
    guard case .text(let text) = content else {
      let hint = content.isScalar ? "text; put it in quotes if it is meant as such" : "text"
      throw error(.wrongType(path: path, found: content.description, expected: hint))
    }
    return text
  }

  /// A text that is not empty.
  package func nonEmptyText() throws -> String {
    let text = try text()
    guard !text.isEmpty else { throw error(.badValue(path: path, value: "empty", expected: "some text")) }
    return text
  }

  /// One of these words.
  package func choice(of words: [String]) throws -> String {
    let content = try content()
    guard case .text(let word) = content else {
      throw error(.wrongType(path: path, found: content.description, expected: oneOf(words)))
    }
    guard words.contains(word) else { throw error(.unknownWord(path: path, word: word, known: words)) }
    return word
  }

  /// A case of an enum whose raw values are words.
  package func choice<T: RawRepresentable & CaseIterable>(_ type: T.Type) throws -> T where T.RawValue == String {
    let word = try choice(of: T.allCases.map(\.rawValue))
    guard let value = T(rawValue: word) else { preconditionFailure("the word is one of the raw values") }
    return value
  }

  /// A list of words without repetition.
  package func words<T: RawRepresentable & CaseIterable & Hashable>(_ type: T.Type, of expected: String) throws -> [T]
  where T.RawValue == String {
    var words: [T] = []
    for element in try list(of: expected) {
      let word = try element.choice(type)
      if words.contains(word) { throw element.error(.repeated(path: path, word: word.rawValue)) }
      words.append(word)
    }
    return words
  }

  /// true or false.
  package func flag() throws -> Bool {
    let content = try content()
    guard case .bool(let flag) = content else {
      throw error(.wrongType(path: path, found: content.description, expected: "true or false"))
    }
    return flag
  }

  /// A whole number.
  package func integer() throws -> Int {
    let content = try content()
    switch content {
    case .integer(let integer): return integer
    case .number(let number): if let integer = Int(exactly: number) { return integer }
    default: break
    }
    throw error(.wrongType(path: path, found: content.description, expected: "a whole number"))
  }

  /// A whole number within bounds.
  package func integer(from least: Int, to most: Int = .max) throws -> Int {
    let value = try integer()
    guard value >= least, value <= most else {
      throw error(
        .badValue(
          path: path, value: "\(value)", expected: most == .max ? "\(least) or more" : "from \(least) to \(most)"))
    }
    return value
  }

  /// Any number that float32 can hold.
  package func float() throws -> Float {
    let content = try content()
    let number: Double
    switch content {
    case .integer(let integer): number = Double(integer)
    case .number(let read): number = read
    default: throw error(.wrongType(path: path, found: content.description, expected: "a number"))
    }
    guard Float(number).isFinite else {
      throw error(.badValue(path: path, value: "\(number)", expected: "a number that float32 can hold"))
    }
    return Float(number)
  }

  /// A number within bounds.
  package func float(from least: Float, to most: Float = .infinity) throws -> Float {
    let value = try float()
    guard value >= least, value <= most else {
      throw error(
        .badValue(
          path: path, value: "\(value)", expected: most == .infinity ? "\(least) or more" : "from \(least) to \(most)"))
    }
    return value
  }

  /// A token's id; it is checked against the model later.
  package func tokenID() throws -> Int32 {
    let id = try integer()
    guard let token = Int32(exactly: id), token >= 0 else {
      throw error(.badValue(path: path, value: "\(id)", expected: "a token's id, which is 0 or more"))
    }
    return token
  }

  /// The elements of a list with at least one.
  /// - Parameter expected: what the elements are, for messages: "metrics".
  package func list(of expected: String) throws -> [Field] {
    let content = try content()
    guard case .list(let elements) = content else {
      throw error(.wrongType(path: path, found: content.description, expected: "a list of \(expected)"))
    }
    guard !elements.isEmpty else { throw error(.emptyList(path: path, expected: expected)) }
    return elements
  }

  /// The elements of a list, or the value itself if it is not a list.
  package func oneOrMore(of expected: String) throws -> [Field] {
    if case .list = try content() { return try list(of: expected) }
    return [self]
  }

  /// A map that has only keys of a table, and all that the table requires.
  package func map(_ table: KeyTable) throws -> KeyedFields {
    let content = try content()
    guard case .map(let members) = content else {
      throw error(.wrongType(path: path, found: content.description, expected: table.what))
    }
    let fields = KeyedFields(members: members, place: place, path: path)
    for member in members where !table.keys.contains(where: { $0.name == member.key }) {
      throw member.field.error(.unknownKey(key: member.key, of: path, known: table.keys.map(\.name)))
    }
    for key in table.keys where key.isRequired && fields[key.name] == nil {
      throw error(.missingKey(key: key.name, of: path, meaning: key.meaning))
    }
    return fields
  }
}

/// The members of a map whose keys have been checked.
package struct KeyedFields {
  package let members: [Field.Member]
  package let place: Place
  package let path: String

  package init(members: [Field.Member], place: Place, path: String) {
    self.members = members
    self.place = place
    self.path = path
  }

  package subscript(key: String) -> Field? { members.first { $0.key == key }?.field }

  /// A key that the table requires.
  package func required(_ key: String) -> Field {
    guard let field = self[key] else { preconditionFailure("'\(key)' is required by its table") }
    return field
  }

  /// A key that another key makes necessary.
  package func needed(_ key: String, in table: KeyTable) throws -> Field {
    if let field = self[key] { return field }
    let meaning = table.keys.first { $0.name == key }?.meaning ?? ""
    throw ExperimentError.inFile(place, .missingKey(key: key, of: path, meaning: meaning))
  }

  /// Rejects keys that have no meaning together with another.
  package func refuse(_ keys: [String], with other: String) throws {
    guard let stray = members.first(where: { keys.contains($0.key) }) else { return }
    throw stray.field.error(.cannotCombine(key: stray.key, other: other, path: path))
  }

  /// The one key of several that is present.
  package func exactlyOne(of keys: [String]) throws -> Field.Member {
    let found = members.filter { keys.contains($0.key) }
    guard found.count == 1 else {
      throw ExperimentError.inFile(
        found.dropFirst().first?.field.place ?? place, .notExactlyOne(of: keys, found: found.map(\.key), path: path))
    }
    return found[0]
  }
}

/// "a, b or c"
package func oneOf(_ words: [String]) -> String {
  guard let last = words.last, words.count > 1 else { return words.first ?? "" }
  return words.dropLast().joined(separator: ", ") + " or " + last
}

extension Field.Content: CustomStringConvertible {
  /// The kind of value, for messages.
  package var description: String {
    switch self {
    case .null: "nothing"
    case .bool(let bool): "\(bool)"
    case .integer(let integer): "the number \(integer)"
    case .number(let number): "the number \(number)"
    case .text(let text): "the text \(quoted(text))"
    case .list: "a list"
    case .map: "a map"
    }
  }

  /// Whether quotes would make it a text.
  var isScalar: Bool {
    switch self {
    case .bool, .integer, .number: true
    default: false
    }
  }
}
