import ActivationStore

/// Finds the examples of every source, their labels, and the tokens that position rules select.
struct ItemTables {
  let classNames: [String]
  private let pools: [[SourcePart]]
  private let drafts: [[Draft]]
  private let rules: [PositionRule]
  private let labels: LabelSpec?

  /// An example before its class has a number.
  private struct Draft {
    let part: Int
    let example: Int
    let position: Int?
    let label: String?
  }

  /// - Throws: `SelectionError`.
  init(_ spec: SelectionSpec, _ labels: LabelSpec?, _ rules: [PositionRule], _ pools: [[SourcePart]]) throws {
    self.pools = pools
    self.rules = rules
    self.labels = labels
    if [.token, .position].contains(labels?.source), rules.count != 1 {
      throw SelectionError.onePosition(label: labels?.source.name ?? "")
    }
    try Self.checkNames(spec, labels, rules, pools)
    drafts = pools.map { Self.drafts($0, spec, labels, rules) }
    classNames = try Self.classNames(labels, pools, drafts)
  }

  // MARK: - Checks

  private static func checkNames(
    _ spec: SelectionSpec, _ labels: LabelSpec?, _ rules: [PositionRule], _ pools: [[SourcePart]]
  ) throws(SelectionError) {
    for part in pools.joined() {
      let cache = part.cache
      let known = Set(cache.prompts.flatMap(\.labels.keys)).sorted()
      var wanted = spec.examples.keys.sorted()
      if case .key(let key)? = labels?.source { wanted.append(key) }
      for case .span(let label, _, _) in rules { wanted.append(label) }
      if let unknown = wanted.first(where: { !known.contains($0) }) {
        throw .noSuchLabel(unknown, file: cache.file, known: known)
      }
      for (label, values) in spec.examples.sorted(by: { $0.key < $1.key }) {
        let all = Set(cache.prompts.compactMap { $0.labels[label] })
        if let unknown = values.first(where: { !all.contains($0) }) {
          throw .noSuchValue(unknown, label: label, known: all.sorted())
        }
      }
      let needsTokens =
        labels?.source == .token
        || rules.contains {
          switch $0 {
          case .token, .span: true
          default: false
          }
        }
      if needsTokens, cache.prompts.contains(where: { part.tokens(of: $0) == nil }) {
        throw .noTokenStrings(file: cache.file)
      }
      if case .column(let column, let values)? = labels?.source {
        if let without = cache.prompts.indices.first(where: { values[$0] == nil }) {
          throw .noRow(column: column, example: without)
        }
      }
    }
  }

  // MARK: - Examples

  private static func drafts(
    _ pool: [SourcePart], _ spec: SelectionSpec, _ labels: LabelSpec?, _ rules: [PositionRule]
  ) -> [Draft] {
    var drafts: [Draft] = []
    for (index, part) in pool.enumerated() {
      for (example, prompt) in part.cache.prompts.enumerated() {
        let counts = spec.examples.allSatisfy { label, values in
          prompt.labels[label].map(values.contains) ?? false
        }
        guard counts else { continue }
        let length = part.cache.reader.lengths[example]
        if rules == [.every] {
          for position in 0..<length {
            drafts.append(
              Draft(
                part: index, example: example, position: position,
                label: label(of: part, example, position, labels)))
          }
        } else {
          let found = rules[0].position(
            length: length, tokens: part.tokens(of: prompt), areWords: part.cache.tokensAreWords, labels: prompt.labels)
          let position: Int? = if case .success(let place) = found { place } else { nil }
          drafts.append(
            Draft(part: index, example: example, position: nil, label: label(of: part, example, position, labels)))
        }
      }
    }
    return drafts
  }

  private static func label(
    of part: SourcePart, _ example: Int, _ position: Int?, _ labels: LabelSpec?
  ) -> String? {
    let prompt = part.cache.prompts[example]
    switch labels?.source {
    case nil: return nil
    case .key(let key): return prompt.labels[key]
    case .run: return part.run.rawValue
    case .cache: return part.cache.name
    case .token: return position.flatMap { part.tokens(of: prompt)?[$0] }
    case .position: return position.map { "\($0)" }
    case .column(_, let values): return values[example].flatMap { $0.isEmpty ? nil : $0 }
    }
  }

  private static func classNames(
    _ labels: LabelSpec?, _ pools: [[SourcePart]], _ drafts: [[Draft]]
  ) throws(SelectionError) -> [String] {
    guard let labels else { return [] }
    let all = Set(drafts.joined().compactMap(\.label))
    if let classes = labels.classes {
      if let unknown = classes.first(where: { !all.contains($0) }) {
        throw .noSuchValue(unknown, label: labels.source.name, known: all.sorted())
      }
      return classes
    }
    switch labels.source {
    case .run: return [StoredRun.corrupted, .clean].map(\.rawValue).filter(all.contains)
    case .cache: return pools.joined().map(\.cache.name).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    case .position: return all.compactMap(Int.init).sorted().map { "\($0)" }
    default: return all.sorted()
    }
  }

  // MARK: - Sources

  /// - Throws: `SelectionError.positionNowhere`, `.noExamples`.
  func sources() throws(SelectionError) -> [Source] {
    let numbers = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ($1, $0) })
    var sources: [Source] = []
    for (pool, drafts) in zip(pools, drafts) {
      let name = pool.count == 1 ? pool[0].name : pooledName(pool)
      var items: [ItemTable.Item] = []
      for draft in drafts where labels == nil || draft.label.flatMap({ numbers[$0] }) != nil {
        items.append(
          ItemTable.Item(
            part: draft.part, example: draft.example, position: draft.position,
            label: draft.label.flatMap { numbers[$0] },
            number: draft.label.flatMap(Double.init) ?? .nan))
      }
      guard !items.isEmpty else { throw .noExamples(source: name) }
      let table = ItemTable(items: items, classNames: classNames, unlabelled: drafts.count - items.count)
      let (positions, leftOut) = try positions(of: items, in: pool, name)
      sources.append(Source(name: name, parts: pool, table: table, positions: positions, leftOut: leftOut))
    }
    return sources
  }

  private func pooledName(_ pool: [SourcePart]) -> String {
    pool.map(\.cache.name).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }.joined(separator: "+")
  }

  /// The token that each rule selects in each item, and the reason if it selects none.
  private func positions(
    of items: [ItemTable.Item], in pool: [SourcePart], _ source: String
  ) throws(SelectionError) -> (positions: [[Int?]], leftOut: [Source.LeftOut]) {
    var (positions, leftOut): ([[Int?]], [Source.LeftOut]) = ([], [])
    for (number, rule) in rules.enumerated() {
      var found = [Int?](repeating: nil, count: items.count)
      for (index, item) in items.enumerated() {
        if let position = item.position {
          found[index] = position
          continue
        }
        let cache = pool[item.part].cache
        let prompt = cache.prompts[item.example]
        switch rule.position(
          length: cache.reader.lengths[item.example], tokens: pool[item.part].tokens(of: prompt),
          areWords: cache.tokensAreWords, labels: prompt.labels)
        {
        case .success(let position): found[index] = position
        case .failure(let missing): leftOut.append(Source.LeftOut(rule: number, item: index, missing: missing))
        }
      }
      guard found.contains(where: { $0 != nil }) else {
        throw .positionNowhere(rule.label, source: source, hint: hint(rule, items, pool))
      }
      positions.append(found)
    }
    return (positions, leftOut)
  }

  /// The first prompt's tokens, as a hint when no prompt has the token or span.
  private func hint(_ rule: PositionRule, _ items: [ItemTable.Item], _ pool: [SourcePart]) -> String? {
    guard let item = items.first, let tokens = pool[item.part].tokens(of: pool[item.part].cache.prompts[item.example])
    else { return nil }
    switch rule {
    case .token, .span:
      let shown = tokens.prefix(12).map { "'\($0)'" }.joined(separator: " ")
      return "the first prompt's tokens are \(shown)\(tokens.count > 12 ? " ..." : "")"
    case .index: return "the first prompt has \(tokens.count) tokens"
    default: return nil
    }
  }
}
