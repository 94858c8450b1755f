/// The keys that one kind of map in an experiment file has.
public struct KeyTable: Sendable, Hashable {
  /// One key.
  public struct Key: Sendable, Hashable {
    public let name: String
    public let isRequired: Bool
    /// In a few words, for messages.
    public let meaning: String

    package init(_ name: String, required: Bool = false, _ meaning: String) {
      self.name = name
      isRequired = required
      self.meaning = meaning
    }
  }

  /// Where such a map stands: `sweeps[]`.
  public let name: String
  /// What a value that is no such map should have been, for messages.
  public let what: String
  public let keys: [Key]

  package init(name: String, what: String, keys: [Key]) {
    self.name = name
    self.what = what
    self.keys = keys
  }
}
