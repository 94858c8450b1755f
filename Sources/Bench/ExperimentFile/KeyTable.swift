/// The keys of one kind of map in an experiment file.
public struct KeyTable: Sendable, Hashable {
  /// One key.
  public struct Key: Sendable, Hashable {
    public let name: String
    public let isRequired: Bool
    /// A short description, for messages.
    public let meaning: String

    package init(_ name: String, required: Bool = false, _ meaning: String) {
      self.name = name
      isRequired = required
      self.meaning = meaning
    }
  }

  /// Where such a map occurs: `sweeps[]`.
  public let name: String
  /// What a value should have been if it is not such a map, for messages.
  public let what: String
  public let keys: [Key]

  package init(name: String, what: String, keys: [Key]) {
    self.name = name
    self.what = what
    self.keys = keys
  }
}
