import Execution
import Interventions
import Patching
import TestSupport
import Testing

/// Runs sweeps by both executors and compares the results.
struct PartialAgainstOracle {
  private let oracle: PatchingEngine
  /// One reads every metric, so that the whole vocabulary is computed; the other only those that need just the answers.
  private let partials: [PatchingEngine]
  /// How many edited runs were compared.
  private(set) var runs = 0
  /// The largest relative difference seen.
  private(set) var worst: Float = 0
  /// How many ranks differed: two logits that are equal up to rounding may be in either order.
  private(set) var ranksOff = 0

  init(_ model: Model, _ prompts: PromptSet, _ direction: PatchingDirection, threads: Int = 1) throws {
    func engine(_ metrics: [Metric], _ method: CellMethod) throws -> PatchingEngine {
      try PatchingEngine(
        model: model, prompts: prompts, direction: direction, metrics: metrics, threads: threads, method: method)
    }
    oracle = try engine(Metric.allCases, .oracle)
    partials = [try engine(Metric.allCases, .partial), try engine([.logit, .logitDiff, .choice], .partial)]
  }

  mutating func compare(_ sweep: Sweep, _ name: String) throws {
    let expected = try oracle.results(oracle.plan(sweep))
    runs += expected.changeNorms.count
    for partial in partials {
      let found = try partial.results(partial.plan(sweep))
      check(found.changeNorms, expected.changeNorms, "\(name) change_norm")
      for (metric, values) in found.values {
        guard let reference = expected.values[metric] else { continue }
        if metric == .rank {
          checkRanks(values, reference, name)
        } else {
          check(values, reference, "\(name) \(metric.rawValue)")
        }
      }
    }
  }

  private mutating func check(_ found: [Float], _ expected: [Float], _ name: String) {
    let difference = relativeDifference(found, expected)
    worst = max(worst, difference)
    #expect(difference < 1e-5, "\(name): \(difference)")
  }

  private mutating func checkRanks(_ found: [Float], _ expected: [Float], _ name: String) {
    let off = zip(found, expected).filter { $0 != $1 && !($0.isNaN && $1.isNaN) }
    #expect(off.allSatisfy { abs($0 - $1) <= 1 }, "\(name): ranks further apart than a near tie explains")
    ranksOff += off.count
  }
}
