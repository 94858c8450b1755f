import Execution
import ModelGraph

/// Places one edit at one site: what sweeps, text generation, mazes and programs all go through.
public struct EditPlacer: Sendable {
  public let graph: ModelGraph
  public let site: Site
  public let edit: Edit
  private let source: EditSource
  /// The site's layers, or the places of a pattern's hooks, and their nodes.
  private let nodes: [(layer: Int, node: Node)]

  /// - Parameter source: what the edit may take from.
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
  ///   - point: which of the edit's settings and of the site's entries are meant; nil for the first coefficients and
  ///     the whole site.
  /// - Returns: nil where the row has none of the chosen positions.
  /// - Throws: `InterventionError.needsOtherRun` for an edit that takes from a run which is missing,
  ///   `.noVectorForLayer`.
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

  /// The edits of all rows of a batch; rows that have none of the chosen positions are left alone.
  /// - Parameter lengths: each row's number of positions.
  /// - Throws: as `check`; `InterventionError.needsOtherRun` for an edit that takes from a run which is missing.
  public func edits(lengths: [Int]) throws -> [PlacedEdit] {
    try check(lengths: lengths)
    return try lengths.enumerated().flatMap { try edits(row: $0, length: $1) ?? [] }
  }

  /// Checks that the edit fits the site, that the outcome depends on it, and that some row has the chosen positions.
  /// - Parameters:
  ///   - lengths: each row's number of positions.
  ///   - swept: the axes whose entries are edited one at a time.
  /// - Throws: `InterventionError` saying what does not fit.
  package func check(lengths: [Int], sweeping swept: [SiteAxis] = []) throws {
    let resolver = SiteResolver(graph)
    // A site such as `result` can be read in any graph, but its edits reach the logits only where it is in their path.
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

/// One of the edits that a site and an edit with several coefficients stand for.
package struct EditPoint: Sendable {
  /// One entry of some of the site's axes, a negative one counted from the end; the site's own choice holds for the
  /// others.
  package var entries: [SiteAxis: Int] = [:]
  /// One for each direction that is added.
  package var coefficients: [Float]
  /// The example that differences are taken from.
  package var example: Int?

  /// The whole site, with the first coefficient of each direction.
  package init(of edit: Edit) { coefficients = edit.additions.map { $0.coefficients[0] } }
}

/// A site as an edit's check sees it.
public struct EditedSite: Sendable {
  public let site: Site
  /// The axes each entry of which is edited by itself.
  public let swept: [SiteAxis]
  private let resolver: SiteResolver
  private let nodes: [(layer: Int, node: Node)]

  init(site: Site, swept: [SiteAxis], resolver: SiteResolver, nodes: [(layer: Int, node: Node)]) {
    self.site = site
    self.swept = swept
    self.resolver = resolver
    self.nodes = nodes
  }

  /// The layers that are edited, or the places of a pattern's hooks.
  public var layers: [Int] { nodes.map(\.layer) }

  /// Checks that a vector is as wide as a layer's activation.
  /// - Throws: `InterventionError.wrongVectorWidth`.
  public func checkWidth(of vector: [Float], layer: Int) throws {
    let width = try resolver.node(site.name, layer: layer).layout.width
    guard vector.count == width else {
      throw InterventionError.wrongVectorWidth(site: site.name, width: vector.count, expected: width)
    }
  }

  /// Whether what is edited of a layer's activation is one vector, or one for each position.
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

/// One layer's part of an edit of one row: where it is, and what it may take from.
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

  /// Edits of all the chosen numbers, neighbours together.
  /// - Parameter positions: in place of those chosen.
  public func placed(_ action: PlacedEdit.Action, positions: [Int]? = nil) -> [PlacedEdit] {
    var indices = indices
    if let positions { indices[.position] = positions }
    return SiteResolver(graph).place(node, row: row, length: length, at: indices, action: action)
  }

  /// The run that an edit takes from.
  /// - Throws: `InterventionError.needsOtherRun`.
  public func other(for kind: some EditKind) throws -> Activations { try needed(source.other, kind) }

  /// The unedited run.
  /// - Throws: `InterventionError.needsOtherRun`.
  public func base(for kind: some EditKind) throws -> Activations { try needed(source.base, kind) }

  /// Both runs of all examples, and the one that is meant.
  func example(for kind: some EditKind) throws -> (ExampleDifferences, Int) {
    (try needed(source.examples, kind), try needed(point.example, kind))
  }

  private func needed<T, K: EditKind>(_ value: T?, _ kind: K) throws -> T {
    guard let value else { throw InterventionError.needsOtherRun(edit: K.form.name) }
    return value
  }
}
