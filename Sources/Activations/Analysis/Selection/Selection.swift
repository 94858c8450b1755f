import ActivationStore
import ModelGraph

/// The activations to analyse: sources, hooks, positions and heads. Every combination of these is a place.
public struct Selection: Sendable {
  public let sources: [Source]
  public let hooks: [HookName]
  public let rules: [PositionRule]
  /// Heads that are analysed one by one; nil if their vectors are joined, or there are none.
  public let heads: [Int]?
  /// The width of an activation at each hook, [hooks].
  public let widths: [Int]
  /// The names of the classes, the positive one last; empty if there are no labels.
  public let classNames: [String]
  /// The labels' name; nil if there are none.
  public let labelName: String?

  /// Where in the models and files some activations come from.
  public struct Place: Sendable, Hashable {
    public let source: Int
    public let hook: Int
    public let rule: Int
    /// Index among the chosen heads; 0 if heads are not analysed one by one.
    public let head: Int
  }

  /// All places; the head varies fastest.
  public var places: [Place] {
    sources.indices.flatMap { source in
      hooks.indices.flatMap { hook in
        rules.indices.flatMap { rule in
          (0..<headCount).map { Place(source: source, hook: hook, rule: rule, head: $0) }
        }
      }
    }
  }

  public var headCount: Int { heads?.count ?? 1 }

  /// The name of a place in tables and messages.
  public func name(of place: Place) -> String {
    let head = heads.map { " head \($0[place.head])" } ?? ""
    let source = sources.count > 1 ? "\(sources[place.source].name) " : ""
    return "\(source)\(hooks[place.hook])\(head) at \(rules[place.rule].label)"
  }

  /// The width that all hooks share.
  /// - Throws: `SelectionError.differentWidths`.
  public func commonWidth() throws(SelectionError) -> Int {
    if let other = widths.indices.first(where: { widths[$0] != widths[0] }) {
      throw .differentWidths(
        hook: hooks[0].text, width: widths[0], other: hooks[other].text, otherWidth: widths[other])
    }
    return widths[0]
  }

  /// Finds the activations.
  /// - Parameters:
  ///   - caches: in the order of the analysis file.
  ///   - acrossModels: whether the caches may be of different models.
  /// - Throws: `SelectionError`, `StoreError`.
  public init(
    _ spec: SelectionSpec, labels: LabelSpec?, in caches: [ActivationCache], acrossModels: Bool = false
  ) throws {
    let chosen = try Self.caches(spec, caches)
    if let other = chosen.first(where: { $0.modelSHA256 != chosen[0].modelSHA256 }),
      !acrossModels || labels?.source == .cache
    {
      throw SelectionError.differentModels(file: chosen[0].file, other: other.file)
    }
    let parts = try chosen.map { try Self.parts(of: $0, spec, labels) }
    let (hooks, layouts) = try Self.hooks(spec, chosen)
    self.hooks = hooks
    let hasPositions = layouts.map { if case .perPosition = $0 { true } else { false } }
    if let without = hasPositions.firstIndex(of: false), spec.positions != nil || hasPositions.contains(true) {
      throw SelectionError.noPositions(hook: hooks[without].text)
    }
    rules = hasPositions[0] ? spec.positions ?? [.index(-1)] : [.none]
    if rules.contains(.every), rules.count > 1 { throw SelectionError.everyWithOtherPositions }
    (heads, widths) = try Self.heads(spec, hooks, layouts)
    let pools: [[SourcePart]] =
      switch labels?.source {
      case .run: parts
      case .cache: [parts.flatMap(\.self)]
      default: parts.flatMap { $0.map { [$0] } }
      }
    let tables = try ItemTables(spec, labels, rules, pools)
    classNames = tables.classNames
    labelName = labels?.source.name
    sources = try tables.sources()
  }

  private static func caches(_ spec: SelectionSpec, _ caches: [ActivationCache]) throws -> [ActivationCache] {
    guard let names = spec.caches else { return caches }
    return try names.flatMap { name in
      let found = caches.filter { $0.name == name || $0.family == name }
      guard !found.isEmpty else { throw SelectionError.noSuchCache(name, known: caches.map(\.name)) }
      return found
    }
  }

  private static func parts(
    of cache: ActivationCache, _ spec: SelectionSpec, _ labels: LabelSpec?
  ) throws -> [SourcePart] {
    let has = cache.reader.runs
    let standard: [StoredRun] =
      labels?.source == .run ? [.corrupted, .clean] : [has.contains(.clean) ? .clean : has[0]]
    let wanted = spec.runs.map { runs in
      labels?.source == .run ? standard.filter(runs.contains) : runs
    }
    return try (wanted ?? standard).map { run in
      guard has.contains(run) else {
        throw SelectionError.noSuchRun(
          run.rawValue, cache: cache.name, known: has.map(\.rawValue).filter { !$0.isEmpty })
      }
      return SourcePart(cache: cache, run: run)
    }
  }

  private static func hooks(
    _ spec: SelectionSpec, _ caches: [ActivationCache]
  ) throws -> (hooks: [HookName], layouts: [Layout]) {
    var common: [HookName]?
    for cache in caches {
      let names = cache.reader.hooks.map(\.text)
      var found: Set<HookName> = []
      for pattern in spec.hooks ?? ["*"] {
        let matching = cache.reader.hooks.filter { $0.matches(pattern) }
        guard !matching.isEmpty else {
          throw SelectionError.noSuchHook(pattern, file: cache.file, known: names)
        }
        let vectors = try matching.filter { try cache.hasVectors($0) }
        if vectors.isEmpty { throw SelectionError.noVectors(hook: matching[0].text) }
        found.formUnion(vectors)
      }
      let layers = Set(found.compactMap(\.layer))
      if spec.layers != .all, let last = layers.max() {
        let wanted = Set(spec.layers.indices(count: last + 1))
        let kept = found.filter { $0.layer.map(wanted.contains) ?? false }
        guard !kept.isEmpty else { throw SelectionError.noSuchLayer(file: cache.file, layers: layers.sorted()) }
        found = kept
      }
      if let others = common, let missing = others.first(where: { !found.contains($0) }) {
        throw SelectionError.noSuchHook(missing.text, file: cache.file, known: names)
      }
      common = common ?? found.sorted(by: Self.isEarlier)
    }
    let hooks = common ?? []
    return (hooks, try hooks.map { try caches[0].reader.layout(of: $0) })
  }

  /// Embeddings first, then blocks by number, then what follows them.
  private static func isEarlier(_ a: HookName, _ b: HookName) -> Bool {
    func rank(_ hook: HookName) -> Int { hook.layer != nil ? 1 : hook.text.hasPrefix("hook_") ? 0 : 2 }
    return rank(a) == rank(b) ? a < b : rank(a) < rank(b)
  }

  private static func heads(
    _ spec: SelectionSpec, _ hooks: [HookName], _ layouts: [Layout]
  ) throws -> (heads: [Int]?, widths: [Int]) {
    guard let selector = spec.heads else { return (nil, layouts.map(\.width)) }
    var chosen: [Int]?
    for (hook, layout) in zip(hooks, layouts) {
      guard let count = layout.heads else { throw SelectionError.noHeads(hook: hook.text) }
      if let outside = selector.firstOutside(count: count) {
        throw SelectionError.headOutside(outside, hook: hook.text, heads: count)
      }
      let indices = selector.indices(count: count)
      if let chosen, chosen != indices {
        throw SelectionError.differentHeads(
          hook: hooks[0].text, heads: layouts[0].heads ?? 0, other: hook.text, otherHeads: count)
      }
      chosen = indices
    }
    return (chosen, layouts.map { $0.width / ($0.heads ?? 1) })
  }
}
