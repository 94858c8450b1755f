import ActivationStore

/// One run of one cache, which supplies some of a source's examples.
public struct SourcePart: Sendable {
  public let cache: ActivationCache
  public let run: StoredRun

  public init(cache: ActivationCache, run: StoredRun) {
    self.cache = cache
    self.run = run
  }

  /// `CACHE`, or `CACHE/RUN` for a cache of pairs.
  public var name: String { run == .sole ? cache.name : "\(cache.name)/\(run.rawValue)" }

  /// The texts of a prompt's tokens in this run.
  func tokens(of prompt: PromptRow) -> [String]? {
    run == .corrupted ? prompt.corruptedTokenStrings : prompt.cleanTokenStrings
  }
}

/// The examples of a source in reading order: part by part, and in the file's order within each.
public struct ItemTable: Sendable {
  /// One example.
  public struct Item: Sendable {
    /// The index of its part in the source.
    public let part: Int
    /// The prompt's number in its file.
    public let example: Int
    /// The token, if each token is an example.
    public let position: Int?
    /// The class; nil if there are no labels.
    public let label: Int?
    /// The label as a number, for regressions; NaN if there is none.
    public let number: Double
  }

  public let items: [Item]
  /// The names of the classes; empty if there are no labels.
  public let classNames: [String]
  /// How many prompts were left out because they had no label, or a class that is not used.
  public let unlabelled: Int

  public init(items: [Item], classNames: [String], unlabelled: Int = 0) {
    self.items = items
    self.classNames = classNames
    self.unlabelled = unlabelled
  }

  public var count: Int { items.count }
}

/// Examples that are analysed together: one run of one cache, or several pooled.
public struct Source: Sendable {
  public let name: String
  public let parts: [SourcePart]
  public let table: ItemTable
  /// The token that each position rule selects, [rule][item]; nil if the prompt has none.
  public let positions: [[Int?]]
  /// The examples in which a rule finds no token, rule by rule.
  public let leftOut: [LeftOut]

  /// An example in which a position rule finds no token.
  public struct LeftOut: Sendable {
    public let rule: Int
    public let item: Int
    public let missing: PositionRule.Missing
  }

  public var count: Int { table.count }

  /// The prompt that an item comes from.
  public func prompt(of item: Int) -> PromptRow {
    parts[table.items[item].part].cache.prompts[table.items[item].example]
  }

  /// The texts of the tokens of an item's prompt.
  public func tokens(of item: Int) -> [String]? { parts[table.items[item].part].tokens(of: prompt(of: item)) }

  /// The text of the token that a rule selects.
  public func token(of item: Int, rule: Int) -> String? {
    guard let position = positions[rule][item], let tokens = tokens(of: item), tokens.indices.contains(position) else {
      return nil
    }
    return tokens[position]
  }
}

extension Selection {
  /// A line for each source and position that some examples lack: which examples, and why.
  public var leftOutNotes: [String] {
    sources.flatMap { source in
      rules.indices.compactMap { rule -> String? in
        let missing = source.leftOut.filter { $0.rule == rule }
        if missing.isEmpty { return nil }
        let shown = missing.prefix(Self.mostShown).map { entry -> String in
          let item = source.table.items[entry.item]
          let part = source.parts.count > 1 ? " of \(source.parts[item.part].name)" : ""
          return "prompt \(item.example)\(part): \(entry.missing.reason)"
        }
        let rest = missing.count - shown.count
        let whole = sources.count > 1 ? " of \(source.name)" : ""
        return "left out at \(rules[rule].label): \(missing.count) of \(source.count) examples\(whole) ("
          + shown.joined(separator: "; ") + (rest > 0 ? "; and \(rest) more)" : ")")
      }
    }
  }

  private static let mostShown = 12
}
