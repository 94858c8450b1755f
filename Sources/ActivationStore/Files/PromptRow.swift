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
  /// The clean prompt as it was given.
  public var text: String?
  /// What class the prompt belongs to, where prompts are labelled.
  public var label: String?

  public init(
    cleanTokens: [Int32], corruptedTokens: [Int32]? = nil, answerToken: Int32? = nil, wrongToken: Int32? = nil,
    cleanTokenStrings: [String]? = nil, corruptedTokenStrings: [String]? = nil, text: String? = nil,
    label: String? = nil
  ) {
    self.cleanTokens = cleanTokens
    self.corruptedTokens = corruptedTokens
    self.answerToken = answerToken
    self.wrongToken = wrongToken
    self.cleanTokenStrings = cleanTokenStrings
    self.corruptedTokenStrings = corruptedTokenStrings
    self.text = text
    self.label = label
  }
}

/// Which datasets of `/prompts` a file has besides `clean_tokens` and `lengths`.
public struct PromptColumns: OptionSet, Sendable, Hashable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  public static let corruptedTokens = PromptColumns(rawValue: 1)
  public static let answerToken = PromptColumns(rawValue: 2)
  public static let wrongToken = PromptColumns(rawValue: 4)
  public static let cleanTokenStrings = PromptColumns(rawValue: 8)
  public static let corruptedTokenStrings = PromptColumns(rawValue: 16)
  public static let text = PromptColumns(rawValue: 32)
  public static let label = PromptColumns(rawValue: 64)

  /// Those that any of the rows fills.
  public init(of rows: [PromptRow]) {
    self = rows.reduce(into: []) { $0.formUnion($1.columns) }
  }
}

extension PromptRow {
  /// The columns that this row fills.
  var columns: PromptColumns {
    var columns: PromptColumns = []
    if corruptedTokens != nil { columns.insert(.corruptedTokens) }
    if answerToken != nil { columns.insert(.answerToken) }
    if wrongToken != nil { columns.insert(.wrongToken) }
    if cleanTokenStrings != nil { columns.insert(.cleanTokenStrings) }
    if corruptedTokenStrings != nil { columns.insert(.corruptedTokenStrings) }
    if text != nil { columns.insert(.text) }
    if label != nil { columns.insert(.label) }
    return columns
  }
}
