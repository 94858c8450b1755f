import Interventions
import LabelledArrays
import ModelGraph

/// The cost of a plan's cells, as far as it is known beforehand, so that workers get equal shares.
struct CellCosts {
  /// Ranges of adjacent cells, of about equal cost and within `size` each; their number is a multiple of `Cut.shares`
  /// if there are enough cells.
  /// - Parameter costs: for each cell, the positions that change and the work, in any unit.
  static func runs(_ costs: [(entries: Int, work: Double)], size: ChunkSize) -> [Range<Int>] {
    let total = costs.reduce(0) { $0 + $1.work }
    let entries = costs.reduce(0) { $0 + $1.entries }
    let least = max(1, (entries + size.entries - 1) / size.entries)
    let wanted = (least + Cut.shares - 1) / Cut.shares * Cut.shares
    var runs: [Range<Int>] = []
    var (start, inRun, changing, done) = (0, 0, 0, 0.0)
    for (cell, cost) in costs.enumerated() {
      // The scores of cells that change nothing are those of the base run.
      let changes = cost.entries > 0 ? 1 : 0
      let isFull = size.isExceeded(entries: inRun + cost.entries, cells: changing + changes) && inRun > 0
      // Give or take half a cell: a boundary is put where it is nearest to an equal share.
      let isShare = done + cost.work / 2 > total * Double(runs.count + 1) / Double(wanted) && cell > start
      if isFull || isShare {
        runs.append(start..<cell)
        (start, inRun, changing) = (cell, 0, 0)
      }
      inRun += cost.entries
      changing += changes
      done += cost.work
    }
    if start < costs.count { runs.append(start..<costs.count) }
    return runs
  }

  /// The work left in the edited block, all blocks after it, and the last one (keys and values everywhere, the rest
  /// only at the last position).
  private static func work(_ entries: Int, rows: Int, layer: Int, of layers: Int, _ site: SiteName) -> Double {
    let own = site.shareOfBlockAfter
    // A little for the fixed cost of every cell, so that cells that change nothing are distributed as well.
    guard entries > 0 else { return 0.05 * Double(rows) }
    guard layer < layers - 1 else { return own * Double(rows) }
    let lastBlock = Double(entries) / 6 + Double(rows) * 5 / 6
    return Double(entries) * (own + Double(layers - 2 - layer)) + lastBlock
  }

  /// For each cell of a plan over some examples: how many positions change, and the work, in units of one block at one
  /// position.
  static func costs(
    _ plan: SweepPlan, _ prompts: PromptSet, rows: Range<Int>, graph: ModelGraph
  ) -> [(entries: Int, work: Double)] {
    let layers = graph.dimensions.layers
    guard plan.sweep.standing.isEmpty else {
      // Cells that share edits elsewhere cost about the same, and change whole prompts.
      let entries = rows.reduce(0) { $0 + prompts.pairs[$1].length }
      return [(entries: Int, work: Double)](repeating: (entries, 1), count: plan.cells)
    }
    let starts = rows.map { row in
      let pair = prompts.pairs[row]
      return plan.sweep.edit.kind.keepsSharedValues ? zip(pair.clean, pair.corrupted).prefix { $0 == $1 }.count : 0
    }
    let layerAxis = plan.axes.firstIndex { $0.axis == .site(.layer) }
    let positionAxis = plan.axes.firstIndex { $0.axis == .site(.position) || $0.axis == .site(.destination) }
    return (0..<plan.cells).map { cell in
      let indices = Shape(plan.shape).unravel(cell)
      let layer = layerAxis.map { Int(plan.axes[$0].labels[indices[$0]]) } ?? plan.layers.min() ?? 0
      var entries = 0
      for (start, row) in zip(starts, rows) {
        let length = prompts.pairs[row].length
        guard let axis = positionAxis else {
          entries += length - start
          continue
        }
        let label = Int(plan.axes[axis].labels[indices[axis]])
        let position = label < 0 ? length + label : label
        if position >= start, position < length { entries += length - position }
      }
      return (entries, work(entries, rows: rows.count, layer: layer, of: layers, plan.sweep.site.name))
    }
  }
}

extension SiteName {
  /// The share of a block's matrix products left to compute after an edit of the site, if the MLP is four times as wide
  /// as the stream.
  fileprivate var shareOfBlockAfter: Double {
    switch self {
    case .residPre, .embed, .posEmbed, .q, .k, .v, .z, .rotQ, .rotK, .pattern, .attnScores, .result: 0.75
    case .qInput, .kInput, .vInput, .hook: 1
    case .attnOut, .residMid, .mlpIn: 0.67
    case .mlpPre, .mlpPreLinear, .mlpPost: 0.33
    case .mlpOut, .residPost: 0
    }
  }
}
