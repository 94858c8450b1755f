import Execution
import Interventions
import Patching
import Synchronization

/// The logits of a run in which `resid_pre` of another run is patched in at one position of one layer.
struct ResidualPatching: Sendable {
  private let engine: PatchingEngine
  private let plan: SweepPlan
  private let positions: Int

  /// - Parameters:
  ///   - prompt: the tokens of the run that is patched.
  /// - against: the same number of tokens, of the run that patches come from.
  ///   - answer: the token that is followed.
  ///   - layers: those to patch in; all if nil.
  /// - Throws: `InterventionError`, `PatchingError`, `RunError`.
  init(model: Model, prompt: [Int32], against: [Int32], answer: Int32, layers: [Int]?) throws {
    let pair = PromptSet.Pair(clean: prompt, corrupted: against, answers: [answer], wrongs: [])
    engine = try PatchingEngine(model: model, prompts: PromptSet([pair]), direction: .noise, metrics: [.logit, .rank])
    let chosen: [SiteAxis: Selector] = layers.map { [.layer: .items($0.map(Selector.Item.index))] } ?? [:]
    plan = try engine.plan(
      Sweep(name: "resid_pre", site: try Site(.residPre, chosen), over: [.site(.layer), .site(.position)]))
    positions = prompt.count
  }

  /// How many runs there are to do.
  var count: Int { plan.cells }

  /// The answer's logit and rank after each patch; nil if both runs are the same there.
  /// - Parameter progress: notified of the runs done.
  /// - Returns: [layers, positions]
  /// - Throws: `PatchingError`, `CancellationError`.
  func cells(progress: ProgressLine) throws -> [[Cell?]] {
    let found = Mutex([Cell?](repeating: nil, count: plan.cells))
    try engine.run(plan) { block in
      if let logits = block.values[.logit], let ranks = block.values[.rank] {
        for (place, cell) in block.cells.enumerated() where block.changeNorms[place] != 0 && !logits[place].isNaN {
          found.withLock { $0[cell] = Cell(logit: logits[place], rank: Int(ranks[place])) }
        }
      }
      progress.advance(by: block.cells.count)
    }
    let cells = found.withLock(\.self)
    return stride(from: 0, to: cells.count, by: positions).map { Array(cells[$0..<$0 + positions]) }
  }

  /// The answer after a patch.
  struct Cell: Sendable, Hashable {
    let logit: Float
    let rank: Int
  }
}
