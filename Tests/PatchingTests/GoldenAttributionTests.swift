import Foundation
import Interventions
import Patching
import TestSupport
import Testing

/// Every estimate of the reference, in both directions.
@Suite struct GoldenAttributionTests {
  /// Names in the reference, with their sites and axes.
  static let sweeps: [(name: String, site: SiteName, over: [SiteAxis])] =
    GoldenSweepTests.sweeps + [
      ("q_by_pos", .q, [.layer, .position, .head]), ("k_by_pos", .k, [.layer, .position, .head]),
      ("v_by_pos", .v, [.layer, .position, .head]), ("mlp_post_all_pos", .mlpPost, [.layer, .neuron]),
    ]

  @Test(arguments: PatchingDirection.allCases)
  func everyEstimateAgreesWithTheReference(direction: PatchingDirection) throws {
    let golden = try GoldenModel("gpt2")
    let engine = try PatchingEngine(
      model: golden.loaded.model, prompts: golden.prompts(), direction: direction, metrics: [.logitDiff])
    let names = try golden.values.listing(of: "/attribution/\(direction.rawValue)").datasets
    #expect(Set(names) == Set(Self.sweeps.map(\.name)))
    for (name, site, over) in Self.sweeps {
      let plan = try engine.plan(Sweep(name: name, site: Site(site), over: over.map { .site($0) }))
      let reference = try golden.reference("/attribution/\(direction.rawValue)/\(name)")
      #expect(plan.shape + [3] == reference.shape, "\(name)")
      let difference = largestDifference(
        try #require(try engine.estimates(plan).changes[.logitDiff]), reference.values)
      #expect(difference < 1e-4, "\(name): \(difference)")
    }
  }
}
