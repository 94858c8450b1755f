import Execution
import Foundation
import Interventions
import ModelGraph

/// Part of a sweep's results: a rectangle of cells and examples.
public struct SweepBlock: Sendable {
  /// Flat cell numbers, row-major over the plan's axes.
  public let cells: Range<Int>
  public let examples: Range<Int>
  /// For each metric, [cell, example]: the raw metric of the edited run; NaN if the prompt has no such position.
  public let values: [Metric: [Float]]
  /// [cell, example]: the L2 norm of (edited - original) at the site; NaN if the prompt has no such position.
  public let changeNorms: [Float]
  /// Floating-point operations of the block's matrix products.
  public let productOperations: Double
}

/// Sweeps over pairs of prompts of one model.
public struct PatchingEngine: Sendable {
  public let model: Model
  public let prompts: PromptSet
  public let direction: PatchingDirection
  public let metrics: [Metric]
  /// How cells are computed.
  public let method: CellMethod
  let runs = RunCache()
  let sources = SourceCache()
  let baselineCache = BaselineCache()
  /// How many workers share the work. Results do not depend on it.
  public let threads: Int
  /// How many bytes runs may take besides the weights, as far as using fewer workers can achieve that. Results do not
  /// depend on it.
  public let memory: Int

  /// Checks that prompts and metrics fit the model; nothing is run.
  /// - Parameters:
  ///   - threads: how many workers share the work; nil for one per processor core.
  ///   - memory: how many bytes runs may take besides the weights; nil for half of what is free. It limits how many
  ///     workers there are at a time.
  /// - Throws: `RunError` for prompts that do not fit the model, `PatchingError` for a metric that a prompt lacks
  ///   tokens for.
  public init(
    model: Model, prompts: PromptSet, direction: PatchingDirection, metrics: [Metric], threads: Int? = nil,
    memory: Int? = nil, method: CellMethod = .partial
  ) throws {
    self.model = model
    self.prompts = prompts
    self.direction = direction
    self.metrics = metrics
    self.method = method
    self.threads = max(1, threads ?? ProcessInfo.processInfo.activeProcessorCount)
    self.memory = max(1 << 20, memory ?? MemoryBudget.halfOfFree)
    if let comparing = metrics.first(where: \.needsWrong), let bare = prompts.pairs.firstIndex(where: \.wrongs.isEmpty)
    {
      throw PatchingError.metricNeedsWrong(metric: comparing.rawValue, example: bare)
    }
    for side in RunSide.allCases { try prompts.batch(side).validate(for: model.graph) }
  }

  /// Checks that a sweep fits the model and the prompts, and lays out its axes.
  /// - Throws: `InterventionError` or `PatchingError` saying what does not fit.
  public func plan(_ sweep: Sweep) throws -> SweepPlan {
    let plan = try SweepPlan(sweep, graph: model.graph, prompts: prompts)
    for edit in [sweep.edit] + sweep.standing.map(\.edit) {
      switch edit.takes {
      case .meanOfOther:
        let lengths = prompts.pairs.map(\.length)
        guard Set(lengths).count <= 1 else { throw InterventionError.meanNeedsOneLength(lengths: lengths) }
      case .otherExamples(let seed): _ = try partners(seed: seed)
      case .none, .other: break
      }
    }
    return plan
  }
}

/// How cells are computed.
public enum CellMethod: Sendable {
  /// Only what an edit changes and the results need.
  case partial
  /// Everything, for every cell.
  case oracle
}
