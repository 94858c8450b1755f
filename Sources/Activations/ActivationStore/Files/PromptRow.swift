/// One prompt, or pair of prompts, as `/prompts` stores it.
public struct PromptRow: Sendable, Hashable {
  public var cleanTokens: [Int32]
  /// As many as `cleanTokens`.
  public var corruptedTokens: [Int32]?
  public var answerToken: Int32?
  public var wrongToken: Int32?
  /// One text for each clean token.
  public var cleanTokenStrings: [String]?
  /// One text for each corrupted token.
  public var corruptedTokenStrings: [String]?
  /// The clean prompt as given.
  public var text: String?
  /// Labels of the prompt by name: its class, its template, its subject.
  public var labels: [String: String]

  public init(
    cleanTokens: [Int32], corruptedTokens: [Int32]? = nil, answerToken: Int32? = nil, wrongToken: Int32? = nil,
    cleanTokenStrings: [String]? = nil, corruptedTokenStrings: [String]? = nil, text: String? = nil,
    labels: [String: String] = [:]
  ) {
    self.cleanTokens = cleanTokens
    self.corruptedTokens = corruptedTokens
    self.answerToken = answerToken
    self.wrongToken = wrongToken
    self.cleanTokenStrings = cleanTokenStrings
    self.corruptedTokenStrings = corruptedTokenStrings
    self.text = text
    self.labels = labels
  }
}

/// The datasets of `/prompts` that a file has besides `clean_tokens` and `lengths`.
public struct PromptColumns: Sendable, Hashable {
  /// Columns with fixed names.
  public struct Parts: OptionSet, Sendable, Hashable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    public static let corruptedTokens = Parts(rawValue: 1)
    public static let answerToken = Parts(rawValue: 2)
    public static let wrongToken = Parts(rawValue: 4)
    public static let cleanTokenStrings = Parts(rawValue: 8)
    public static let corruptedTokenStrings = Parts(rawValue: 16)
    public static let text = Parts(rawValue: 32)
  }

  public var parts: Parts
  /// The names of the labels; each has a column.
  public var labels: Set<String>

  public init(_ parts: Parts = [], labels: Set<String> = []) {
    self.parts = parts
    self.labels = labels
  }

  /// The columns that any of the rows fills.
  public init(of rows: some Sequence<PromptRow>) {
    self = rows.reduce(into: PromptColumns()) { $0.formUnion($1.columns) }
  }

  public mutating func formUnion(_ other: PromptColumns) {
    parts.formUnion(other.parts)
    labels.formUnion(other.labels)
  }

  public func contains(_ part: Parts) -> Bool { parts.contains(part) }

  public func isSuperset(of other: PromptColumns) -> Bool {
    parts.isSuperset(of: other.parts) && labels.isSuperset(of: other.labels)
  }
}

extension PromptRow {
  /// The columns that this row fills.
  var columns: PromptColumns {
    var columns: PromptColumns.Parts = []
    if corruptedTokens != nil { columns.insert(.corruptedTokens) }
    if answerToken != nil { columns.insert(.answerToken) }
    if wrongToken != nil { columns.insert(.wrongToken) }
    if cleanTokenStrings != nil { columns.insert(.cleanTokenStrings) }
    if corruptedTokenStrings != nil { columns.insert(.corruptedTokenStrings) }
    if text != nil { columns.insert(.text) }
    return PromptColumns(columns, labels: Set(labels.keys))
  }
}
