import Execution
import Interventions
import LabelledArrays
import ModelGraph

/// An axis of a planned sweep and the label of each of its entries.
public struct PlannedAxis: Sendable, Hashable {
  public let axis: SweepAxis
  /// Layer, head, position ... numbers (positions counted from the end keep their minus), or coefficients.
  public let labels: [Float]
  /// For the hooks of a pattern, their names.
  public let names: [String]?

  public init(axis: SweepAxis, labels: [Float], names: [String]? = nil) {
    self.axis = axis
    self.labels = labels
    self.names = names
  }

  /// The axis as results have it.
  public var labelled: LabelledAxis {
    switch axis {
    case .coefficient, .laterCoefficient: LabelledAxis(axis.name, .numbers(labels.map(shortest)))
    case .site, .sourceExample: LabelledAxis(axis.name, names.map { .texts($0) } ?? .integers(labels.map { Int($0) }))
    }
  }
}

/// A sweep that is known to fit its model and prompts.
public struct SweepPlan: Sendable {
  public let sweep: Sweep
  /// In the order of the sweep's `over`; results have `example` after these.
  public let axes: [PlannedAxis]
  /// The layers edited, whether swept over or all at once.
  let layers: [Int]

  /// How many runs there are for each example: the product of the axes' lengths.
  public var cells: Int { axes.reduce(1) { $0 * $1.labels.count } }

  /// The axes' lengths.
  public var shape: [Int] { axes.map(\.labels.count) }

  /// The axes as results have them, without `example`.
  public var labelledAxes: [LabelledAxis] { axes.map(\.labelled) }

  init(_ sweep: Sweep, graph: ModelGraph, prompts: PromptSet) throws {
    let resolver = SiteResolver(graph)
    self.sweep = sweep
    let layers = try resolver.layers(sweep.site)
    self.layers = layers
    axes = try sweep.over.map { axis in
      let names =
        axis == .site(.site) ? try layers.map { try resolver.node(sweep.site.name, layer: $0).hook?.text ?? "" } : nil
      return PlannedAxis(axis: axis, labels: try Self.labels(axis, sweep, resolver, prompts, layers), names: names)
    }
    for (number, edited) in ([StandingEdit(checking: sweep)] + sweep.standing).enumerated() {
      let layers = try resolver.layers(edited.site)
      try Self.checkThatItReachesTheOutcome(edited.site, layers, resolver)
      try Self.checkThatItFires(edited.site, resolver, prompts)
      try Self.checkVectors(edited, over: number == 0 ? sweep.over : [], layers, resolver)
    }
  }

  private static func labels(
    _ axis: SweepAxis, _ sweep: Sweep, _ resolver: SiteResolver, _ prompts: PromptSet, _ layers: [Int]
  ) throws -> [Float] {
    switch axis {
    case .coefficient, .laterCoefficient:
      let place = sweep.edit.additions.indices.first { SweepAxis.coefficient(of: $0) == axis }
      guard let place else { throw PatchingError.coefficientWithoutAdd(sweep.name) }
      return sweep.edit.additions[place].coefficients
    case .sourceExample:
      guard sweep.edit.axes.contains(.sourceExample) else { throw PatchingError.coefficientWithoutAdd(sweep.name) }
      return prompts.pairs.indices.map(Float.init)
    case .site(.layer), .site(.site): return layers.map(Float.init)
    case .site(let axis) where axis.isOfPrompt: return promptLabels(sweep.site[axis], longest: prompts.longest)
    case .site(let axis):
      let features = try resolver.features(axis, of: sweep.site)
      if features.isEmpty, let layer = layers.first, sweep.site.name.layerAxis == .site {
        let node = try resolver.node(sweep.site.name, layer: layer)
        throw InterventionError.axisAbsent(
          axis: axis, hook: node.hook?.text ?? "", axes: resolver.axes(of: node).map(\.rawValue))
      }
      return features.map(Float.init)
    }
  }

  /// Positions as written; all: every position of the longest prompt. A range that reaches from the end is spelt out from the end.
  private static func promptLabels(_ selector: Selector, longest: Int) -> [Float] {
    guard case .items(let items) = selector else { return (0..<longest).map(Float.init) }
    return items.flatMap { item -> [Float] in
      switch item {
      case .index(let index): [Float(index)]
      case .range(let first, let last) where first < 0 && last < 0 && first <= last: (first...last).map(Float.init)
      case .range: Selector.items([item]).indices(count: longest).map(Float.init)
      }
    }
  }

  /// A site such as `result` can be read in any graph, but its edits reach the logits only where it is in their path.
  private static func checkThatItReachesTheOutcome(_ site: Site, _ layers: [Int], _ resolver: SiteResolver) throws {
    let inPath = resolver.graph.ancestors(of: [resolver.graph.logits])
    for layer in layers {
      guard inPath[try resolver.node(site.name, layer: layer).id.index] else {
        throw InterventionError.notInPath(site.name)
      }
    }
  }

  private static func checkThatItFires(_ site: Site, _ resolver: SiteResolver, _ prompts: PromptSet) throws {
    for axis in site.name.axes {
      if axis.isOfPrompt {
        let fires = prompts.pairs.contains { !site[axis].indices(count: $0.length).isEmpty }
        guard fires else {
          throw InterventionError.neverFires(site: site.name, axis: axis, longest: prompts.longest)
        }
      } else if axis != site.name.layerAxis {
        _ = try resolver.features(axis, of: site)
      }
    }
  }

  private static func checkVectors(
    _ edited: StandingEdit, over: [SweepAxis], _ layers: [Int], _ resolver: SiteResolver
  ) throws {
    let name = edited.site.name
    if name.axes.contains(.destination), edited.edit.axes.contains(.sourceExample) {
      throw InterventionError.noPositionsToAlign(site: name)
    }
    for layer in layers {
      let width = try resolver.node(name, layer: layer).layout.width
      var vectors = try edited.edit.additions.compactMap { try Self.vector(of: $0.direction, layer: layer) }
      if case .projectOut(let rows, let given) = edited.edit {
        guard isOneVector(edited, over: over, try resolver.node(name, layer: layer), resolver) else {
          throw InterventionError.notOneVector(site: name)
        }
        let vector = try Self.vector(for: layer, rows, layers: given)
        guard vector.contains(where: { $0 != 0 }) else { throw InterventionError.noDirection(layer: layer) }
        vectors.append(vector)
      }
      for vector in vectors where vector.count != width {
        throw InterventionError.wrongVectorWidth(site: name, width: vector.count, expected: width)
      }
    }
  }

  /// One of the vectors that a direction has for a layer; nil for differences of runs.
  private static func vector(of direction: Edit.Direction, layer: Int) throws -> [Float]? {
    switch direction {
    case .difference, .exampleDifference: return nil
    case .vectors(let vectors, let given): return try vector(for: layer, vectors, layers: given)
    case .sequences(let sequences, let given):
      guard let place = given.firstIndex(of: layer), let first = sequences[place].first else {
        throw InterventionError.noVectorForLayer(layer: layer, layers: given)
      }
      return first
    }
  }

  /// Whether what is edited of an activation is one vector, or one for each position.
  private static func isOneVector(
    _ edited: StandingEdit, over: [SweepAxis], _ node: Node, _ resolver: SiteResolver
  ) -> Bool {
    let site = edited.site
    guard site.name.layerAxis == .site else { return Set(site.name.axes).isSubset(of: [.layer, .position]) }
    let narrowing = resolver.axes(of: node).filter { $0 != .position && $0 != .site }
    return narrowing.allSatisfy {
      site[$0] == .all && !over.contains(.site($0)) && ![.head, .destination, .source].contains($0)
    }
  }

  /// A vector made 1 long.
  static func unit(_ vector: [Float]) -> [Float] {
    let length = vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    return vector.map { Float(Double($0) / length) }
  }

  /// The vector of a layer: the only one, or the one whose place in the list is the layer's.
  static func vector(for layer: Int, _ vectors: [[Float]], layers: [Int]?) throws -> [Float] {
    if vectors.count == 1, layers == nil { return vectors[0] }
    let known = layers ?? Array(vectors.indices)
    guard let place = known.firstIndex(of: layer), place < vectors.count else {
      throw InterventionError.noVectorForLayer(layer: layer, layers: known)
    }
    return vectors[place]
  }
}

extension StandingEdit {
  /// A sweep's own edit, for the checks that both go through.
  fileprivate init(checking sweep: Sweep) {
    site = sweep.site
    edit = sweep.edit
  }
}
