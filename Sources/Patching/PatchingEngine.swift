import Diagnostics
import Execution
import Foundation
import Interventions
import ModelGraph
import Tensors

/// The metrics of the two unedited runs, per example.
public struct Baselines: Sendable {
  public let clean: [Metric: [Float]]
  public let corrupted: [Metric: [Float]]

  /// The run that is edited.
  public func base(_ direction: PatchingDirection) -> [Metric: [Float]] { direction == .denoise ? corrupted : clean }

  /// The run that patches come from.
  public func other(_ direction: PatchingDirection) -> [Metric: [Float]] { direction == .denoise ? clean : corrupted }
}

/// Some of a sweep's results: a rectangle of cells and examples.
public struct SweepBlock: Sendable {
  /// Flat cell numbers, row-major over the plan's axes.
  public let cells: Range<Int>
  public let examples: Range<Int>
  /// For each metric, [cell, example]: the metric of the edited run, raw; NaN where the prompt has no such position.
  public let values: [Metric: [Float]]
  /// [cell, example]: the L2 norm of (edited - original) at the site; NaN where the prompt has no such position.
  public let changeNorms: [Float]
  /// Floating-point operations in the matrix products that the block took.
  public let productOperations: Double
}

/// Sweeps over pairs of prompts of one model.
public struct PatchingEngine: Sendable {
  public let model: Model
  public let prompts: PromptSet
  public let direction: PatchingDirection
  public let metrics: [Metric]
  public let baselines: Baselines
  /// How the cells are computed.
  public let method: CellMethod
  let runs = RunCache()
  /// How many workers share a sweep's cells.
  public let threads: Int
  /// Bytes that runs may take beside the weights.
  public let memory: Int
  let baseLogProbabilities: [LogProbabilities]

  /// Runs both sides of all pairs and reads the baselines.
  /// - Parameters:
  ///   - threads: how many workers share a sweep's cells; nil for one a processor core.
  ///   - memory: bytes that runs may take beside the weights; nil for half of what is free.
  /// - Throws: `RunError` for prompts that do not fit the model, `PatchingError` for a metric that a prompt lacks tokens for.
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
    let base = try Self.scores(prompts.base(direction), model)
    let other = try Self.scores(prompts.other(direction), model)
    baseLogProbabilities = metrics.contains(.kl) ? base.map { $0.withUnsafeBufferPointer { LogProbabilities($0) } } : []
    let log = baseLogProbabilities
    func read(_ scores: [[Float]]) -> [Metric: [Float]] {
      var values: [Metric: [Float]] = [:]
      for metric in metrics {
        values[metric] = scores.indices.map { row in
          scores[row].withUnsafeBufferPointer {
            MetricReader(pair: prompts.pairs[row])
              .value(metric, of: $0, whole: true, base: log.isEmpty ? nil : log[row])
          }
        }
      }
      return values
    }
    baselines =
      direction == .denoise
      ? Baselines(clean: read(other), corrupted: read(base)) : Baselines(clean: read(base), corrupted: read(other))
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

  /// For each example, another of the same length, seeded.
  /// - Throws: `InterventionError.resampleNeedsPartner` where there is none.
  func partners(seed: UInt64) throws -> [Int] {
    var generator = SplitMix64(seed: seed)
    let lengths = prompts.pairs.map(\.length)
    return try lengths.indices.map { row in
      let candidates = lengths.indices.filter { $0 != row && lengths[$0] == lengths[row] }
      guard let chosen = candidates.randomElement(using: &generator) else {
        throw InterventionError.resampleNeedsPartner(example: row, length: lengths[row])
      }
      return chosen
    }
  }

  /// The whole vocabulary's scores at each prompt's last position, a few prompts at a time.
  private static func scores(_ batch: Batch, _ model: Model) throws -> [[Float]] {
    try batch.validate(for: model.graph)
    var scores: [[Float]] = []
    for rows in batch.groups(ofEntries: batch.isOfPictures ? 64 : 1024) {
      let logits = try Oracle(model).lastLogits(batch.gathering(rows: Array(rows))).logits
      let width = logits.count / rows.count
      for place in 0..<rows.count {
        let own = logits.withValues { Array($0[place * width..<(place + 1) * width]) }
        guard own.allSatisfy(\.isFinite) else {
          throw RunError.logitsNotFinite(example: rows.lowerBound + place)
        }
        scores.append(own)
      }
    }
    return scores
  }
}

/// How cells are computed.
public enum CellMethod: Sendable {
  /// Only what an edit changes and the outcome needs.
  case partial
  /// Everything, for every cell.
  case oracle
}
