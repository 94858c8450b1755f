import ModelGraph
import Tensors

/// Reads a cache file in the terms of its format, a range of examples at a time. `store` reads everything else in it.
public struct CacheReader: Sendable {
  public let store: StoreReader
  /// The file's runs: `[.sole]`, or clean, corrupted or both.
  public let runs: [StoredRun]
  /// The activations of each run, in the order of the blocks.
  public let hooks: [HookName]
  /// The number of tokens of each prompt.
  public let lengths: [Int]
  private let layouts: [HookName: Layout]

  /// How many prompts there are.
  public var examples: Int { lengths.count }

  /// - Throws: as `StoreReader`; `StoreError.missing`, `.wrongShape`, `.damaged` for a file that does not have the
  ///   layout of a cache.
  public init(_ path: String) throws {
    let store = try StoreReader(path, expecting: [.cache])
    self.store = store
    lengths = try store.promptLengths()
    let listing = try store.listing(of: Schema.activations.path)
    let pairs = [StoredRun.clean, .corrupted].filter { listing.groups.contains($0.rawValue) }
    runs = pairs.isEmpty ? [.sole] : pairs
    var layouts: [HookName: Layout] = [:]
    let group = runs[0].activationsGroup
    for name in try store.listing(of: group).datasets {
      let dataset = "\(group)/\(name)"
      if try !store.isScale(dataset) { layouts[HookName(name)] = try storedLayout(dataset, in: store) }
    }
    self.layouts = layouts
    hooks = layouts.keys.sorted()
  }

  /// - Throws: `StoreError.missing`, `.damaged`.
  public func header() throws -> CacheHeader {
    var parts = try HeaderParts(of: store)
    var header = CacheHeader(
      model: try parts.take(Schema.Root.model), modelSHA256: try parts.take(Schema.Root.modelSHA256),
      patchbayVersion: try parts.take(Schema.Root.patchbayVersion))
    header.attributes = parts.rest
    return header
  }

  /// The rows of `/prompts`, unpadded.
  public func prompts() throws -> [PromptRow] { try store.prompts() }

  /// The layout of an activation's values.
  /// - Throws: `StoreError.missing` with the nearest name.
  public func layout(of hook: HookName) throws -> Layout {
    guard let layout = layouts[hook] else {
      throw StoreError.missing(path: store.path, what: .hook, name: hook.text, candidates: hooks.map(\.text))
    }
    return layout
  }

  /// The shape of an activation's dataset: [example, the layout's other axes...], positions up to the longest prompt.
  public func shape(of hook: HookName, run: StoredRun? = nil) throws -> [Int] {
    try store.shape(of: try object(hook, run))
  }

  /// Some examples of an activation, as stored: NaN beyond a prompt's length and in examples that were never written.
  /// - Parameters:
  ///   - run: nil for the only run, or the clean one of two.
  ///   - examples: a range of the prompts.
  /// - Returns: [example, the layout's other axes...]
  /// - Throws: `StoreError.missing`, `.wrongShape` for examples that do not exist, `.tooLarge`, `.damaged`.
  public func read(run: StoredRun? = nil, hook: HookName, examples: Range<Int>) throws -> Tensor {
    try store.tensor(at: try object(hook, run), first: examples)
  }

  /// Announces that some examples will be read soon, so that the disk can fetch them meanwhile.
  /// - Throws: `StoreError.missing`, `.damaged`.
  public func prefetch(run: StoredRun? = nil, hook: HookName, examples: Range<Int>) throws {
    try store.prefetch(try object(hook, run), first: examples)
  }

  private func object(_ hook: HookName, _ run: StoredRun?) throws -> String {
    _ = try layout(of: hook)
    let run = run ?? runs[0]
    guard runs.contains(run) else {
      throw StoreError.missing(path: store.path, what: .run, name: run.rawValue, candidates: runs.map(\.rawValue))
    }
    return "\(run.activationsGroup)/\(hook)"
  }
}

/// The layout given by a dataset's shape and its attributes `layout` and `axes`.
private func storedLayout(_ dataset: String, in store: StoreReader) throws -> Layout {
  let shape = try store.shape(of: dataset)
  let attributes = try store.attributes(of: dataset)
  guard case .text(let kind)? = attributes[Schema.Cache.layout], case .texts(let names)? = attributes[Schema.Cache.axes]
  else {
    throw StoreError.missing(
      path: store.path, what: .attribute, name: Schema.Cache.layout, candidates: attributes.keys.sorted())
  }
  let axes = names.compactMap(Axis.init(rawValue:))
  guard axes.count == shape.count else {
    throw StoreError.wrongShape(
      path: store.path, dataset: dataset, found: shape, expected: "one size for each of \(names)")
  }
  let extents = zip(axes, shape).map { Extent($0, $1) }
  let layout: Layout? =
    switch kind {
    case "per_position": extents.count >= 2 ? .perPosition(Array(extents.dropFirst(2))) : nil
    case "per_pair": extents.count == 4 ? .perPair(heads: extents[1].size) : nil
    case "per_example": extents.count >= 1 ? .perExample(Array(extents.dropFirst())) : nil
    default: nil
    }
  guard let layout, layout.axes == axes else {
    throw StoreError.wrongShape(
      path: store.path, dataset: dataset, found: shape, expected: "a layout '\(kind)' along \(names)")
  }
  return layout
}
