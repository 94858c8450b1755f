import LabelledArrays

/// The root attributes of a file that was read, from which a header takes its parts.
struct HeaderParts {
  private let path: String
  /// What has not been taken: attributes with names of the writer's choice.
  private(set) var rest: [String: Attribute]

  init(of store: StoreReader) throws {
    path = store.path
    rest = try store.attributes().filter {
      ![Schema.Root.format, Schema.Root.formatVersion, Schema.Root.complete].contains($0.key)
    }
  }

  /// - Throws: `StoreError.missing` when there is no text of that name.
  mutating func take(_ name: String) throws -> String {
    guard case .text(let text)? = rest.removeValue(forKey: name) else {
      throw StoreError.missing(path: path, what: .attribute, name: name, candidates: [])
    }
    return text
  }
}
