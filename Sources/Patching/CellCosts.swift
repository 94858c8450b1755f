import Interventions
import ModelGraph

/// What a plan's cells cost, as far as it can be told beforehand, so that workers get equal shares.
struct CellCosts {
  /// Runs of neighbouring cells, of about equal cost and at most `entries` changed positions each.
  /// - Parameters:
  ///   - costs: for each cell, the positions that change and the work, in any unit.
  ///   - workers: the number of runs is a multiple of this, where there are cells enough.
  static func runs(_ costs: [(entries: Int, work: Double)], entries limit: Int, workers: Int) -> [Range<Int>] {
    let total = costs.reduce(0) { $0 + $1.work }
    let entries = costs.reduce(0) { $0 + $1.entries }
    let wanted = (max(1, (entries + limit - 1) / max(1, limit)) + workers - 1) / workers * workers
    var runs: [Range<Int>] = []
    var (start, inRun, done) = (0, 0, 0.0)
    for (cell, cost) in costs.enumerated() {
      let isFull = inRun + cost.entries > limit && inRun > 0
      // Half of a cell more or less: a boundary falls where it is nearest to an equal share.
      let isShare = done + cost.work / 2 > total * Double(runs.count + 1) / Double(wanted) && cell > start
      if isFull || isShare {
        runs.append(start..<cell)
        (start, inRun) = (cell, 0)
      }
      inRun += cost.entries
      done += cost.work
    }
    if start < costs.count { runs.append(start..<costs.count) }
    return runs
  }

  /// For each cell of a plan over some examples: how many positions change, and that times the layers that follow.
  static func costs(
    _ plan: SweepPlan, _ prompts: PromptSet, rows: Range<Int>, graph: ModelGraph
  ) -> [(entries: Int, work: Double)] {
    let layers = graph.dimensions.layers
    let starts = rows.map { row in
      let pair = prompts.pairs[row]
      return plan.sweep.edit.takesFromOtherRun ? zip(pair.clean, pair.corrupted).prefix { $0 == $1 }.count : 0
    }
    let layerAxis = plan.axes.firstIndex { $0.axis == .site(.layer) }
    let positionAxis = plan.axes.firstIndex { $0.axis == .site(.position) || $0.axis == .site(.destination) }
    return (0..<plan.cells).map { cell in
      let indices = plan.indices(ofCell: cell)
      let layer = layerAxis.map { Int(plan.axes[$0].labels[indices[$0]]) } ?? plan.layers.min() ?? 0
      var entries = 0
      for (start, row) in zip(starts, rows) {
        let length = prompts.pairs[row].clean.count
        guard let axis = positionAxis else {
          entries += length - start
          continue
        }
        let label = Int(plan.axes[axis].labels[indices[axis]])
        let position = label < 0 ? length + label : label
        if position >= start, position < length { entries += length - position }
      }
      return (entries, Double(entries) * Double(layers - layer) + 1)
    }
  }
}

extension Edit {
  /// Whether an activation that is the same in both runs is left as it is.
  fileprivate var takesFromOtherRun: Bool {
    switch self {
    case .patch, .add(.difference, _): true
    case .zero, .mean, .resample, .scale, .add(.vectors, _): false
    }
  }
}
