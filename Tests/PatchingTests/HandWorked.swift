import Execution
import Interventions
import ModelGraph
import Patching
import TestSupport
import Testing

/// The logit differences that a sweep of a micro-model must give, by both executors.
struct HandWorked {
  let model: Model
  var prompts = MicroModel.bothWays

  /// Runs a sweep in both directions and by both executors.
  /// - Parameters:
  ///   - denoised: the corrupted run edited, one number for each cell.
  ///   - noised: the clean run edited.
  func expect(
    _ site: SiteName, over: [SiteAxis], _ edit: Edit = .patch, denoised: [Double], noised: [Double],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for method in [CellMethod.partial, .oracle] {
      for direction in PatchingDirection.allCases {
        let engine = try PatchingEngine(
          model: model, prompts: prompts, direction: direction, metrics: [.logitDiff], threads: 1, method: method)
        let plan = try engine.plan(
          Sweep(name: site.rawValue, site: Site(site), over: over.map { .site($0) }, edit: edit))
        let found = try #require(engine.results(plan).values[.logitDiff])
        // The second example is the first one the other way round; unpaired prompts are the same in both directions.
        let isTurned = direction == .noise && prompts.pairs[0].clean != prompts.pairs[0].corrupted
        let (first, second) = isTurned ? (noised, denoised) : (denoised, noised)
        let expected = zip(first, second).flatMap { [Float($0), Float($1)] }
        try #require(first.count == second.count && found.count == expected.count, sourceLocation: sourceLocation)
        let difference = relativeDifference(found, expected)
        #expect(
          difference < 1e-6, "\(site.rawValue) \(edit.name), \(direction), \(method): \(found), not \(expected)",
          sourceLocation: sourceLocation)
      }
    }
  }
}
