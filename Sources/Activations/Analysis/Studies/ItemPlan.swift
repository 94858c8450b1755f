import Diagnostics

/// How to split examples into those to train on and those to score on.
public struct SplitSpec: Sendable, Hashable {
  /// The share to train on.
  public var train: Double
  /// A label: examples with the same value stay on one side.
  public var by: String?
  public var seed: UInt64

  public init(train: Double = 0.7, by: String? = nil, seed: UInt64 = 0) {
    self.train = train
    self.by = by
    self.seed = seed
  }
}

/// Which items of a source a study uses: for training, for scoring, in pairs.
struct ItemPlan: Sendable {
  /// Ascending.
  let training: [Int]
  /// Ascending.
  let testing: [Int]
  /// Items that form a pair: one of class 0, one of class 1.
  let pairs: [(negative: Int, positive: Int)]
  /// The group with which each item is redrawn for intervals, [items]; nil if each is redrawn by itself.
  let groups: [Int]?
  /// All items used; nil for all.
  let wanted: Set<Int>?

  /// How many items are used.
  var used: Int { training.count + testing.count }

  /// - Parameters:
  ///   - pairs: the label that the items of a pair share; nil for the prompt, if labels are runs.
  ///   - limit: the largest number of items to use.
  ///   - balanced: whether to split each class separately, if nothing else ties examples together.
  /// - Throws: `SelectionError`, `AnalysisError`.
  init(_ source: Source, split: SplitSpec, pairs key: String? = nil, limit: Int, balanced: Bool) throws {
    let pairing = try Self.pairing(source, key)
    let groups = try Self.groups(source, split.by) ?? pairing
    var used = Array(0..<source.count)
    var wanted: Set<Int>?
    if source.count > limit {
      used = Self.thinned(source.count, groups, limit, seed: split.seed)
      wanted = Set(used)
    }
    let parted: Split
    if let groups {
      parted = try Split.grouped(groups: used.map { groups[$0] }, share: split.train, seed: split.seed)
    } else if balanced {
      parted = try Split.stratified(
        classes: used.map { source.table.items[$0].label ?? 0 }, names: source.table.classNames, share: split.train,
        seed: split.seed)
    } else {
      parted = try Split.grouped(groups: used, share: split.train, seed: split.seed)
    }
    training = parted.training.map { used[$0] }
    testing = parted.testing.map { used[$0] }
    self.groups = groups
    self.wanted = wanted
    self.pairs = pairing.map { Self.pairs(source, $0, among: wanted) } ?? []
  }

  /// A number for each pair that an item can belong to; nil if nothing pairs items.
  private static func pairing(_ source: Source, _ key: String?) throws(SelectionError) -> [Int]? {
    if let key {
      try checkLabel(key, source)
      return numbered(source.table.items.indices.map { source.prompt(of: $0).labels[key] })
    }
    guard Set(source.parts.map { "\($0.cache.file)\u{0}\($0.run.rawValue)" }).count > 1,
      Set(source.parts.map(\.cache.file)).count == 1
    else { return nil }
    return source.table.items.map { $0.example << 20 + ($0.position ?? 0) }
  }

  private static func groups(_ source: Source, _ key: String?) throws(SelectionError) -> [Int]? {
    guard let key else {
      // All tokens of a prompt stay together.
      return source.table.items.contains { $0.position != nil } ? source.table.items.map(\.example) : nil
    }
    try checkLabel(key, source)
    return numbered(source.table.items.indices.map { source.prompt(of: $0).labels[key] })
  }

  private static func checkLabel(_ key: String, _ source: Source) throws(SelectionError) {
    for part in source.parts {
      let known = Set(part.cache.prompts.flatMap(\.labels.keys)).sorted()
      guard known.contains(key) else { throw .noSuchLabel(key, file: part.cache.file, known: known) }
    }
  }

  /// The same number for equal texts, and a number of its own for each item without one.
  private static func numbered(_ texts: [String?]) -> [Int] {
    var numbers: [String: Int] = [:]
    return texts.enumerated().map { index, text in
      guard let text else { return texts.count + index }
      if let number = numbers[text] { return number }
      numbers[text] = numbers.count
      return numbers.count - 1
    }
  }

  /// Whole groups, seeded, until the limit is reached.
  private static func thinned(_ count: Int, _ groups: [Int]?, _ limit: Int, seed: UInt64) -> [Int] {
    var generator = SplitMix64(seed: seed ^ 0x5EED)
    guard let groups else {
      return Array(Array(0..<count).shuffled(using: &generator).prefix(limit)).sorted()
    }
    var members: [Int: [Int]] = [:]
    for (item, group) in groups.enumerated() { members[group, default: []].append(item) }
    var kept: [Int] = []
    for group in members.keys.sorted().shuffled(using: &generator) {
      let new = members[group] ?? []
      // If one group exceeds the limit by itself, it is cut; otherwise nothing would be kept.
      if kept.isEmpty, new.count > limit { return Array(new.prefix(limit)) }
      if kept.count + new.count > limit { break }
      kept += new
    }
    return kept.sorted()
  }

  /// The pairs that have exactly one item of each class.
  private static func pairs(
    _ source: Source, _ pairing: [Int], among wanted: Set<Int>?
  ) -> [(negative: Int, positive: Int)] {
    var sides: [Int: [[Int]]] = [:]
    for (item, pair) in pairing.enumerated() where wanted?.contains(item) ?? true {
      guard let label = source.table.items[item].label, label < 2 else { continue }
      sides[pair, default: [[], []]][label].append(item)
    }
    return sides.keys.sorted().compactMap { pair in
      guard let both = sides[pair], both[0].count == 1, both[1].count == 1 else { return nil }
      return (both[0][0], both[1][0])
    }
  }
}
