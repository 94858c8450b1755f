import Execution
import ModelGraph

/// Settles where sites lie in a graph.
public struct SiteResolver: Sendable {
  public let graph: ModelGraph

  public init(_ graph: ModelGraph) { self.graph = graph }

  /// The node of a site in one layer (ignored for the embeddings).
  /// - Throws: `InterventionError.noSuchSite`, with the reason why this family has none.
  public func node(_ name: SiteName, layer: Int) throws -> Node {
    if let node = graph.node(hook: name.hook(layer: layer)) { return node }
    throw InterventionError.noSuchSite(name, family: graph.family, reason: reasonForAbsence(of: name))
  }

  /// The layers that a site is narrowed to; one pretended layer 0 for the embeddings.
  /// - Throws: `InterventionError` for a layer that does not exist or a site that the family lacks.
  public func layers(_ site: Site) throws -> [Int] {
    guard site.name.hasLayers else {
      _ = try node(site.name, layer: 0)
      return [0]
    }
    let layers = try fixed(.layer, of: site, count: graph.dimensions.layers)
    for layer in layers { _ = try node(site.name, layer: layer) }
    return layers
  }

  /// The heads or neurons that a site is narrowed to.
  /// - Throws: `InterventionError.outsideAxis` for one that does not exist.
  public func features(_ axis: SiteAxis, of site: Site) throws -> [Int] {
    let node = try node(site.name, layer: layers(site).first ?? 0)
    return try fixed(axis, of: site, count: count(axis, node))
  }

  /// How many heads or neurons an activation has.
  public func count(_ axis: SiteAxis, _ node: Node) -> Int {
    axis == .head ? node.layout.heads ?? 0 : node.layout.width
  }

  /// The edits that change a site's activation in one row of a batch.
  /// - Parameters:
  ///   - indices: for every axis of the site but the layer, which entries; nil for all.
  ///   - length: the row's number of positions.
  /// - Returns: nothing when a list of indices is empty.
  public func place(
    _ node: Node, row: Int, length: Int, at indices: [SiteAxis: [Int]], action: PlacedEdit.Action
  ) -> [PlacedEdit] {
    func ranges(_ axis: SiteAxis, _ count: Int) -> [Range<Int>] { contiguous(indices[axis] ?? Array(0..<count)) }
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
      if let heads = node.layout.heads {
        let width = node.layout.width / heads
        features = ranges(.head, heads).map { $0.lowerBound * width..<$0.upperBound * width }
      } else {
        features = ranges(.neuron, node.layout.width)
      }
      return ranges(.position, length).flatMap { positions in
        features.map {
          PlacedEdit(node: node.id, row: row, positions: positions, features: $0, action: action)
        }
      }
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
        ? "its blocks have no MLP, so nothing lies between attention and the block's end"
        : "its attention and MLP read the same stream side by side, so nothing lies between them"
    case .posEmbed: "its positions are not learned vectors added to the embedding"
    case .rotQ, .rotK: "its queries and keys are not rotated"
    case .mlpPreLinear: "its MLP is not gated"
    case .mlpPre, .mlpPost, .mlpOut, .mlpIn: "its blocks have no MLP"
    default: "it has no such activation"
    }
  }
}

/// The runs of neighbouring numbers in a list, sorted, each once.
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
