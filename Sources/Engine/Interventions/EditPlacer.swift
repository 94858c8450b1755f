import Execution
import ModelGraph

/// Places one edit at one site; used by sweeps, text generation, mazes and programs alike.
public struct EditPlacer: Sendable {
  public let graph: ModelGraph
  public let site: Site
  public let edit: Edit
  private let source: EditSource
  /// The site's layers, or the indices of a pattern's hooks, with their nodes.
  private let nodes: [(layer: Int, node: Node)]

  /// - Parameter source: what the edit may take numbers from.
  /// - Throws: `InterventionError` for a layer that does not exist or a site that the family lacks;
  ///   `GraphError.noSuchHook`.
  public init(_ edit: Edit, at site: Site, in graph: ModelGraph, from source: EditSource = EditSource()) throws {
    self.graph = graph
    self.site = site
    self.edit = edit
    self.source = source
    let resolver = SiteResolver(graph)
    nodes = try resolver.layers(site).map { ($0, try resolver.node(site.name, layer: $0)) }
  }

  /// The edits of one row.
  /// - Parameters:
  ///   - length: the row's number of positions.
  ///   - point: which of the edit's settings and the site's entries to use; nil for the first coefficients and the
  ///     whole site.
  /// - Returns: nil if the row has none of the chosen positions.
  /// - Throws: `InterventionError.needsOtherRun` for an edit whose other run is missing, `.noVectorForLayer`.
  package func edits(row: Int, length: Int, at point: EditPoint? = nil) throws -> [PlacedEdit]? {
    let point = point ?? EditPoint(of: edit)
    func selector(_ axis: SiteAxis) -> Selector { point.entries[axis].map(Selector.index) ?? site[axis] }
    var indices: [SiteAxis: [Int]] = [:]
    for axis in site.name.axes where axis.isPromptAxis && selector(axis) != .all {
      let chosen = selector(axis).indices(count: length)
      if chosen.isEmpty { return nil }
      indices[axis] = chosen
    }
    let layer = site.name.layerAxis.flatMap { point.entries[$0] }
    let resolver = SiteResolver(graph)
    return try nodes.filter { layer == nil || layer == $0.layer }.flatMap { layer, node in
      for axis in [SiteAxis.head, .neuron, .channel, .row, .column, .unit]
      where site.name.axes.contains(axis) && selector(axis) != .all {
        indices[axis] = selector(axis).indices(count: resolver.count(axis, node))
      }
      return try edit.kind.place(
        on: EditTarget(
          node: node, layer: layer, row: row, length: length, positions: selector(.position), point: point,
          graph: graph, indices: indices, source: source))
    }
  }

  /// The edits of all rows of a batch; rows with none of the chosen positions are left alone.
  /// - Parameter lengths: each row's number of positions.
  /// - Throws: as `check`; `InterventionError.needsOtherRun` for an edit whose other run is missing.
  public func edits(lengths: [Int]) throws -> [PlacedEdit] {
    try check(lengths: lengths)
    return try lengths.enumerated().flatMap { try edits(row: $0, length: $1) ?? [] }
  }

  /// Checks that the edit fits the site, that the logits depend on it, and that some row has the chosen positions.
  /// - Parameters:
  ///   - lengths: each row's number of positions.
  ///   - swept: the axes whose entries are edited one at a time.
  /// - Throws: `InterventionError` saying what does not fit.
  package func check(lengths: [Int], sweeping swept: [SiteAxis] = []) throws {
    let resolver = SiteResolver(graph)
    // A site such as `result` can be read in any graph, but edits of it reach the logits only if it is in their path.
    let inPath = graph.ancestors(of: [graph.logits])
    guard nodes.allSatisfy({ inPath[$0.node.id.index] }) else { throw InterventionError.notInPath(site.name) }
    for axis in site.name.axes {
      if axis.isPromptAxis {
        guard lengths.contains(where: { !site[axis].indices(count: $0).isEmpty }) else {
          throw InterventionError.neverFires(site: site.name, axis: axis, longest: lengths.max() ?? 0)
        }
      } else if axis != site.name.layerAxis {
        _ = try resolver.features(axis, of: site)
      }
    }
    try edit.kind.check(EditedSite(site: site, swept: swept, resolver: resolver, nodes: nodes))
  }
}

/// One of the edits in a site and an edit with several coefficients.
package struct EditPoint: Sendable {
  /// One entry for some of the site's axes, counted from the end if negative; for the other axes the site's own
  /// selection applies.
  package var entries: [SiteAxis: Int] = [:]
  /// One for each direction that is added.
  package var coefficients: [Float]
  /// The example that differences are taken from.
  package var example: Int?

  /// The whole site, with the first coefficient of each direction.
  package init(of edit: Edit) { coefficients = edit.additions.map { $0.coefficients[0] } }
}

/// A site, in the terms of an edit's check.
public struct EditedSite: Sendable {
  public let site: Site
  /// The axes whose entries are edited one at a time.
  public let swept: [SiteAxis]
  private let resolver: SiteResolver
  private let nodes: [(layer: Int, node: Node)]

  init(site: Site, swept: [SiteAxis], resolver: SiteResolver, nodes: [(layer: Int, node: Node)]) {
    self.site = site
    self.swept = swept
    self.resolver = resolver
    self.nodes = nodes
  }

  /// The layers that are edited, or the indices of a pattern's hooks.
  public var layers: [Int] { nodes.map(\.layer) }

  /// Checks that a vector is as wide as a layer's activation.
  /// - Throws: `InterventionError.wrongVectorWidth`.
  public func checkWidth(of vector: [Float], layer: Int) throws {
    let width = try resolver.node(site.name, layer: layer).layout.width
    guard vector.count == width else {
      throw InterventionError.wrongVectorWidth(site: site.name, width: vector.count, expected: width)
    }
  }

  /// Whether the edited part of a layer's activation is one vector, or one for each position.
  public func isOneVector(layer: Int) throws -> Bool {
    guard site.name.layerAxis == .site else { return Set(site.name.axes).isSubset(of: [.layer, .position]) }
    let narrowing = resolver.axes(of: try resolver.node(site.name, layer: layer)).filter {
      $0 != .position && $0 != .site
    }
    return narrowing.allSatisfy {
      site[$0] == .all && !swept.contains($0) && ![.head, .destination, .source].contains($0)
    }
  }
}

/// One layer's part of an edit of one row: its place, and what it may take numbers from.
public struct EditTarget: Sendable {
  public let node: Node
  public let layer: Int
  public let row: Int
  /// The row's number of positions.
  public let length: Int
  /// The chosen positions, as written.
  public let positions: Selector
  let point: EditPoint
  let graph: ModelGraph
  let indices: [SiteAxis: [Int]]
  let source: EditSource

  /// Edits of all the chosen numbers, adjacent ones together.
  /// - Parameter positions: replace the chosen ones.
  public func placed(_ action: PlacedEdit.Action, positions: [Int]? = nil) -> [PlacedEdit] {
    var indices = indices
    if let positions { indices[.position] = positions }
    return SiteResolver(graph).place(node, row: row, length: length, at: indices, action: action)
  }

  /// The run that an edit takes numbers from.
  /// - Throws: `InterventionError.needsOtherRun`.
  public func other(for kind: some EditKind) throws -> Activations { try needed(source.other, kind) }

  /// The unedited run.
  /// - Throws: `InterventionError.needsOtherRun`.
  public func base(for kind: some EditKind) throws -> Activations { try needed(source.base, kind) }

  /// Both runs of all examples, and the chosen example.
  func example(for kind: some EditKind) throws -> (ExampleDifferences, Int) {
    (try needed(source.examples, kind), try needed(point.example, kind))
  }

  private func needed<T, K: EditKind>(_ value: T?, _ kind: K) throws -> T {
    guard let value else { throw InterventionError.needsOtherRun(edit: K.form.name) }
    return value
  }
}
