import Execution
import ModelGraph

/// Finds sites in a graph.
public struct SiteResolver: Sendable {
  public let graph: ModelGraph

  public init(_ graph: ModelGraph) { self.graph = graph }

  /// The node of a site in one layer (ignored for the embeddings; for a pattern, the index among its hooks).
  /// - Throws: `InterventionError.noSuchSite`, with the reason why this family has none; `GraphError.noSuchHook`.
  public func node(_ name: SiteName, layer: Int) throws -> Node {
    if case .hook(let pattern) = name {
      let nodes = try hooked(pattern)
      guard nodes.indices.contains(layer) else {
        throw InterventionError.outsideAxis(axis: .site, index: layer, count: nodes.count, site: name)
      }
      return nodes[layer]
    }
    if let node = graph.node(hook: name.hook(layer: layer)) { return node }
    throw absence(of: name)
  }

  /// The error for a site that the model's family lacks.
  package func absence(of name: SiteName) -> InterventionError {
    .noSuchSite(name, family: graph.family, reason: reasonForAbsence(of: name))
  }

  /// The hooks that match a pattern and on which the logits depend; for a full name, that hook.
  private func hooked(_ pattern: String) throws -> [Node] {
    let found = try graph.nodes(matching: [pattern])
    let inPath = graph.ancestors(of: [graph.logits])
    if found.count == 1, found[0].hook?.text == pattern {
      if found[0].id == graph.logits { throw InterventionError.outcomeIsRead(hook: pattern) }
      return found
    }
    let usable = found.filter { inPath[$0.id.index] && $0.id != graph.logits }
    guard !usable.isEmpty else { throw InterventionError.notInPath(.hook(pattern)) }
    return usable
  }

  /// The layers that a site is narrowed to, or the indices of a pattern's hooks; a single layer 0 for the embeddings.
  /// - Throws: `InterventionError` for a layer that does not exist or a site that the family lacks.
  public func layers(_ site: Site) throws -> [Int] {
    guard let axis = site.name.layerAxis else {
      _ = try node(site.name, layer: 0)
      return [0]
    }
    var count = graph.dimensions.layers
    if case .hook(let pattern) = site.name { count = try hooked(pattern).count }
    let layers = try fixed(axis, of: site, count: count)
    for layer in layers { _ = try node(site.name, layer: layer) }
    return layers
  }

  /// The heads, neurons, channels and so on that a site is narrowed to.
  /// - Throws: `InterventionError.outsideAxis` for one that does not exist, `.axisAbsent` if a hook has no such axis.
  public func features(_ axis: SiteAxis, of site: Site) throws -> [Int] {
    let nodes = try layers(site).map { try node(site.name, layer: $0) }
    for node in nodes where !axes(of: node).contains(axis) {
      // A hook that is not narrowed along an axis need not have it.
      guard site.name.layerAxis != .site || site[axis] != .all else { return [] }
      guard site.name.layerAxis == .site else { break }
      throw InterventionError.axisAbsent(
        axis: axis, hook: node.hook?.text ?? "", axes: axes(of: node).map(\.rawValue))
    }
    return try fixed(axis, of: site, count: nodes.map { count(axis, $0) }.min() ?? 0)
  }

  /// How many heads, neurons, channels and so on an activation has.
  public func count(_ axis: SiteAxis, _ node: Node) -> Int {
    switch axis {
    case .head: node.layout.heads ?? 0
    case .channel, .row, .column: node.layout.extent(axis)
    default: node.layout.width
    }
  }

  /// The axes along which an activation can be narrowed.
  public func axes(of node: Node) -> [SiteAxis] {
    node.layout.axes.compactMap { SiteAxis($0) }
  }

  /// The edits that change a site's activation in one row of a batch.
  /// - Parameters:
  ///   - indices: the entries for every axis of the site but the layer; nil for all.
  ///   - length: the row's number of positions.
  /// - Returns: an empty list if a list of indices is empty.
  public func place(
    _ node: Node, row: Int, length: Int, at indices: [SiteAxis: [Int]], action: PlacedEdit.Action
  ) -> [PlacedEdit] {
    func ranges(_ axis: SiteAxis, _ count: Int) -> [Range<Int>] {
      indices[axis].map(contiguous) ?? (count > 0 ? [0..<count] : [])
    }
    switch node.layout {
    case .perPair(let heads):
      return ranges(.head, heads).flatMap { heads in
        ranges(.destination, length).flatMap { destinations in
          ranges(.source, length).map { sources in
            PlacedEdit(
              node: node.id, row: row, positions: destinations, features: heads, sources: sources, action: action)
          }
        }
      }
    case .perPosition, .perExample:
      let features: [Range<Int>]
      if [SiteAxis.channel, .row, .column].contains(where: { indices[$0] != nil }) {
        features = contiguous(places(in: node.layout, indices))
      } else if let heads = node.layout.heads {
        let width = node.layout.width / heads
        features = ranges(.head, heads).map { $0.lowerBound * width..<$0.upperBound * width }
      } else {
        features = ranges(indices[.unit] == nil ? .neuron : .unit, node.layout.width)
      }
      return ranges(.position, length).flatMap { positions in
        features.map {
          PlacedEdit(node: node.id, row: row, positions: positions, features: $0, action: action)
        }
      }
    }
  }

  /// The flat indices of some channels, rows and columns of a picture.
  private func places(in layout: Layout, _ indices: [SiteAxis: [Int]]) -> [Int] {
    func chosen(_ axis: SiteAxis) -> [Int] { indices[axis] ?? Array(0..<layout.extent(axis)) }
    let (rows, columns) = (layout.extent(.row), layout.extent(.column))
    return chosen(.channel).flatMap { channel in
      chosen(.row).flatMap { row in chosen(.column).map { (channel * rows + row) * columns + $0 } }
    }
  }

  private func fixed(_ axis: SiteAxis, of site: Site, count: Int) throws -> [Int] {
    if let index = site[axis].firstOutside(count: count) {
      throw InterventionError.outsideAxis(axis: axis, index: index, count: count, site: site.name)
    }
    return site[axis].indices(count: count)
  }

  private func reasonForAbsence(of name: SiteName) -> String {
    switch name {
    case .residMid:
      graph.dimensions.dMlp == 0
        ? "its blocks have no MLP, so there is nothing between attention and the end of the block"
        : "its attention and MLP read the same stream in parallel, so there is nothing between them"
    case .posEmbed: "its positions are not learned vectors added to the embedding"
    case .rotQ, .rotK: "its queries and keys are not rotated"
    case .mlpPreLinear: "its MLP is not gated"
    case .mlpPre, .mlpPost, .mlpOut, .mlpIn: "its blocks have no MLP"
    default: "it has no such activation"
    }
  }
}

extension Layout {
  /// The length of a picture's axis; 0 if the activation is not a picture.
  fileprivate func extent(_ axis: SiteAxis) -> Int {
    guard case .perExample(let features) = self else { return 0 }
    return features.first { $0.axis.rawValue == axis.rawValue }?.size ?? 0
  }
}

/// The ranges of consecutive numbers in a list, sorted, each number once.
private func contiguous(_ indices: [Int]) -> [Range<Int>] {
  var runs: [Range<Int>] = []
  for index in Set(indices).sorted() {
    if let last = runs.last, last.upperBound == index {
      runs[runs.count - 1] = last.lowerBound..<index + 1
    } else {
      runs.append(index..<index + 1)
    }
  }
  return runs
}
