import LabelledArrays
import Tensors

/// Reads a results file in the terms of its format. `store` reads everything else in it.
public struct ResultsReader: Sendable {
  public let store: StoreReader

  /// - Throws: as `StoreReader`; `StoreError.missing` for a header that lacks one of its attributes.
  public init(_ path: String) throws { store = try StoreReader(path, expecting: [.results]) }

  /// By a file that is open.
  package init(_ store: StoreReader) { self.store = store }

  /// - Throws: `StoreError.missing`, `.damaged`.
  public func header() throws -> ResultsHeader {
    var parts = try HeaderParts(of: store)
    var header = ResultsHeader(
      experiment: try parts.take(Schema.ResultsRoot.experiment), model: try parts.take(Schema.Root.model),
      modelSHA256: try parts.take(Schema.Root.modelSHA256),
      direction: try parts.take(Schema.ResultsRoot.direction),
      patchbayVersion: try parts.take(Schema.Root.patchbayVersion))
    header.attributes = parts.rest
    return header
  }

  /// The rows of `/prompts`, unpadded.
  public func prompts() throws -> [PromptRow] { try store.prompts() }

  /// The runs with baseline values.
  public func baselineRuns() throws -> [StoredRun] {
    guard store.contains(Schema.baseline.path) else { return [] }
    return try store.listing(of: Schema.baseline.path).groups.compactMap(StoredRun.init(rawValue:))
  }

  /// The metrics of an unpatched run, one value per example.
  public func baseline(_ run: StoredRun) throws -> [String: [Float]] {
    let group = Schema.baseline.path(run.rawValue)
    let metrics = try store.listing(of: group).datasets.filter { $0 != Schema.Axis.example }
    // A damaged group may name a dataset twice.
    return try Dictionary(metrics.map { ($0, try store.tensor(at: "\(group)/\($0)").values) }) { first, _ in first }
  }

  /// The names of the sweeps, in alphabetical order.
  public func sweeps() throws -> [String] {
    store.contains(Schema.sweeps.path) ? try store.listing(of: Schema.sweeps.path).groups : []
  }

  /// The contents of a sweep.
  public struct Sweep: Sendable, Hashable {
    public let name: String
    /// The axes of the cells, outermost first, without `example`.
    public let axes: [LabelledAxis]
    public let examples: Int
    /// The datasets with a float for each cell and example: metrics, `change_norm`, estimates.
    public let floatDatasets: [String]
    /// The datasets of flags.
    public let flagDatasets: [String]
    public let attributes: [String: Attribute]
  }

  /// A sweep's axes and datasets.
  /// - Throws: `StoreError.missing` with the nearest name, `.damaged`.
  public func sweep(_ name: String) throws -> Sweep {
    let group = Schema.sweeps.path(name)
    guard try sweeps().contains(name) else {
      throw StoreError.missing(path: store.path, what: .sweep, name: name, candidates: try sweeps())
    }
    let all = try store.listing(of: group).datasets.map { try store.describe("\(group)/\($0)") }.filter { !$0.isScale }
    func leaf(_ description: DatasetDescription) -> String { String(description.path.dropFirst(group.count + 1)) }
    guard let widest = all.max(by: { $0.shape.count < $1.shape.count }) else {
      throw StoreError.missing(path: store.path, what: .dataset, name: "\(group)/METRIC", candidates: [])
    }
    var axes: [LabelledAxis] = []
    for case let axis? in widest.dimensions where axis != Schema.Axis.example {
      axes.append(LabelledAxis(axis, try store.labels(at: "\(group)/\(axis)")))
    }
    let floats = all.filter { [.float32, .float64].contains($0.type) }
    return Sweep(
      name: name, axes: axes, examples: widest.shape.last ?? 0, floatDatasets: floats.map(leaf),
      flagDatasets: all.filter { $0.type == .int8 }.map(leaf), attributes: try store.attributes(of: group))
  }

  /// A metric of a sweep: [axes..., example], NaN where nothing was written.
  public func values(sweep: String, dataset: String) throws -> Tensor {
    try store.tensor(at: Schema.sweeps.path(sweep, dataset))
  }

  /// Flags of a sweep, row-major; -1 where nothing was written.
  public func flags(sweep: String, dataset: String) throws -> [Int8] {
    try store.int32s(at: Schema.sweeps.path(sweep, dataset)).map(Int8.init(truncatingIfNeeded:))
  }
}
