import ActivationStore

/// One run of one cache: where some of a source's examples come from.
public struct SourcePart: Sendable {
  public let cache: ActivationCache
  public let run: StoredRun

  public init(cache: ActivationCache, run: StoredRun) {
    self.cache = cache
    self.run = run
  }

  /// `CACHE`, or `CACHE/RUN` of a cache of pairs.
  public var name: String { run == .sole ? cache.name : "\(cache.name)/\(run.rawValue)" }

  /// What the tokens of a prompt say in this run.
  func tokens(of prompt: PromptRow) -> [String]? {
    run == .corrupted ? prompt.corruptedTokenStrings : prompt.cleanTokenStrings
  }
}

/// The examples of a source, in the order in which they are read: part after part, each in the file's order.
public struct ItemTable: Sendable {
  /// One example.
  public struct Item: Sendable {
    /// Of the source's parts.
    public let part: Int
    /// The prompt's number in its file.
    public let example: Int
    /// Of a token that is an example by itself.
    public let position: Int?
    /// The class; nil without labels.
    public let label: Int?
    /// The label as a number, for regressions; NaN without.
    public let number: Double
  }

  public let items: [Item]
  /// What the classes are called; empty without labels.
  public let classNames: [String]
  /// How many prompts were left out since they had no label, or one of a class that does not count.
  public let unlabelled: Int

  public init(items: [Item], classNames: [String], unlabelled: Int = 0) {
    self.items = items
    self.classNames = classNames
    self.unlabelled = unlabelled
  }

  public var count: Int { items.count }
}

/// Examples that are looked at together: one run of one cache, or several pooled.
public struct Source: Sendable {
  public let name: String
  public let parts: [SourcePart]
  public let table: ItemTable
  /// The token that each position rule picks, [rule][item]; nil where the prompt has none.
  public let positions: [[Int?]]
  /// The examples that a rule finds no token in, rule by rule.
  public let leftOut: [LeftOut]

  /// An example that a position rule finds no token in.
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

  /// What the tokens of an item's prompt say.
  public func tokens(of item: Int) -> [String]? { parts[table.items[item].part].tokens(of: prompt(of: item)) }

  /// What the token says that a rule picks.
  public func token(of item: Int, rule: Int) -> String? {
    guard let position = positions[rule][item], let tokens = tokens(of: item), tokens.indices.contains(position) else {
      return nil
    }
    return tokens[position]
  }
}

extension Selection {
  /// A line for each source and position that some examples do not have: which, and why.
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
