import Interventions
import ModelGraph
import Patching

/// Every kind of edit, and every way to divide a site into cells.
enum EditCatalogue {
  /// The edits tried at each site, except those that need prompts of equal length.
  /// - Parameter width: the numbers of the site's vectors.
  ///   - site: directions are projected out only of sites with one vector for each token.
  static func edits(width: Int, layers: Int, site: SiteName) -> [Edit] {
    let vector = (0..<width).map { Float($0 % 3) - 0.8 }
    let perLayer = (0..<layers).map { layer in vector.map { $0 * Float(layer + 1) } }
    let sequences = (0..<layers).map { layer in
      (0..<3).map { position in vector.map { $0 * Float(position + 1) - Float(layer) } }
    }
    let hasOneVector = Set(site.axes).isSubset(of: [.layer, .position])
    return [
      .addSeveral([
        Edit.Addition(.vectors([vector.reversed()], layers: nil), coefficients: [1, -2]),
        Edit.Addition(.difference, coefficients: [0.5]),
        Edit.Addition(.sequences(sequences, layers: Array(0..<layers)), coefficients: [0, 1]),
      ]),
      .add(.sequences(sequences, layers: Array(0..<layers)), coefficients: [0.5, -1]),
    ] + (hasOneVector ? [.projectOut([vector], layers: nil)] : []) + [
      .patch, .zero, .clamp(min: -0.2, max: 0.3), .scale(2), .scale(-0.5), .add(.difference, coefficients: [0.5, -2]),
      .add(.vectors([vector], layers: nil), coefficients: [1.5]),
      .add(.vectors(perLayer.reversed(), layers: (0..<layers).reversed()), coefficients: [1, -1]),
    ]
  }

  /// The edits that need another example of the same length.
  static let editsOfEqualLengths: [Edit] = [.mean, .resample(seed: 3), .resample(seed: 4)]

  /// A sweep over every entry of every axis, one over the layers alone, the whole site at once, and some narrowed ones.
  static func sweeps(of name: SiteName, edit: Edit) throws -> [Sweep] {
    var sweeps = [
      try Sweep(name: "each", site: Site(name), over: name.axes.map { .site($0) }, edit: edit),
      try Sweep(name: "whole", site: Site(name), over: [], edit: edit),
    ]
    if name.hasLayers { sweeps.append(try Sweep(name: "layers", site: Site(name), over: [.site(.layer)], edit: edit)) }
    if name.axes.contains(.position) {
      let site = try Site(name, [.position: .items([.range(-3, -2), .index(0)])])
      sweeps.append(
        try Sweep(name: "some positions", site: site, over: name.hasLayers ? [.site(.layer)] : [], edit: edit))
      let last = try Site(name, [.position: .index(-1)])
      sweeps.append(try Sweep(name: "last position", site: last, over: [], edit: edit))
    }
    if name.axes.contains(.destination) {
      let site = try Site(name, [.destination: .items([.range(-2, -1)]), .source: .items([.index(0), .index(2)])])
      sweeps.append(try Sweep(name: "some pairs", site: site, over: [.site(.head)], edit: edit))
    }
    return sweeps
  }

  /// The whole site at once, and each layer with each head, or with each position if there are no heads.
  static func coarseSweeps(of name: SiteName, edit: Edit) throws -> [Sweep] {
    let axes = name.axes.filter { $0 == .layer || $0 == .head || ($0 == .position && !name.axes.contains(.head)) }
    return [
      try Sweep(name: "coarse", site: Site(name), over: axes.map { .site($0) }, edit: edit),
      try Sweep(name: "whole", site: Site(name), over: [], edit: edit),
    ]
  }

  /// The sites that a graph has, under the options that they need.
  static func sites(of graph: ModelGraph) -> [SiteName] {
    let resolver = SiteResolver(graph)
    return SiteName.allCases.filter { name in
      guard !name.hasLayers || graph.dimensions.layers > 0 else { return false }
      return graph.node(hook: name.hook(layer: 0)) != nil && (try? resolver.node(name, layer: 0)) != nil
    }
  }
}
