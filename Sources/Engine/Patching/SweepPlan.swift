import Diagnostics
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
}
