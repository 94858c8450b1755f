import Diagnostics
import Interventions
import LabelledArrays
import ModelGraph

/// An axis of a planned sweep, with the label of each of its entries.
public struct PlannedAxis: Sendable, Hashable {
  public let axis: SweepAxis
  /// Numbers of layers, heads, positions and so on (positions counted from the end stay negative), or coefficients.
  public let labels: [Float]
  /// For a pattern, the names of its hooks.
  public let names: [String]?

  public init(axis: SweepAxis, labels: [Float], names: [String]? = nil) {
    self.axis = axis
    self.labels = labels
    self.names = names
  }

  /// The axis in results.
  public var labelled: LabelledAxis {
    switch axis {
    case .coefficient, .laterCoefficient: LabelledAxis(axis.name, .numbers(labels.map(shortest)))
    case .site, .sourceExample: LabelledAxis(axis.name, names.map { .texts($0) } ?? .integers(labels.map { Int($0) }))
    }
  }
}

/// A sweep that has been checked against its model and prompts.
public struct SweepPlan: Sendable {
  public let sweep: Sweep
  /// In the order of the sweep's `over`; in results, `example` comes after these.
  public let axes: [PlannedAxis]
  /// The layers edited, whether swept over or all at once.
  let layers: [Int]

  /// How many runs there are for each example: the product of the axes' lengths.
  public var cells: Int { axes.reduce(1) { $0 * $1.labels.count } }

  /// The axes' lengths.
  public var shape: [Int] { axes.map(\.labels.count) }

  /// The axes in results, without `example`.
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
    let lengths = prompts.pairs.map(\.length)
    let swept = sweep.over.compactMap { axis -> SiteAxis? in if case .site(let axis) = axis { axis } else { nil } }
    try EditPlacer(sweep.edit, at: sweep.site, in: graph).check(lengths: lengths, sweeping: swept)
    for standing in sweep.standing {
      try EditPlacer(standing.edit, at: standing.site, in: graph).check(lengths: lengths)
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
    case .site(let axis) where axis.isPromptAxis: return promptLabels(sweep.site[axis], longest: prompts.longest)
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

  /// Positions as written; for all, every position of the longest prompt. A range counted from the end keeps its
  /// negative numbers.
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
}
