import Foundation
import Interventions
import Patching
import TestSupport
import Testing

/// Every sweep of the reference, by the partial executor and by the oracle.
@Suite struct GoldenSweepTests {
  /// Names in the reference, with their sites and axes.
  static let sweeps: [(name: String, site: SiteName, over: [SiteAxis])] = [
    ("resid_pre", .residPre, [.layer, .position]), ("resid_mid", .residMid, [.layer, .position]),
    ("attn_out", .attnOut, [.layer, .position]), ("mlp_out", .mlpOut, [.layer, .position]),
    ("z_all_pos", .z, [.layer, .head]), ("q_all_pos", .q, [.layer, .head]), ("k_all_pos", .k, [.layer, .head]),
    ("v_all_pos", .v, [.layer, .head]), ("pattern_all_pos", .pattern, [.layer, .head]),
    ("z_by_pos", .z, [.layer, .position, .head]),
  ]

  @Test(arguments: GoldenModel.families, PatchingDirection.allCases)
  func everySweepAgreesWithTheReference(family: String, direction: PatchingDirection) throws {
    let golden = try GoldenModel(family)
    var compared = 0
    for method in [CellMethod.partial, .oracle] {
      let engine = try PatchingEngine(
        model: golden.loaded.model, prompts: golden.prompts(), direction: direction, metrics: [.logitDiff],
        method: method)
      let clean = try #require(engine.baselines().clean[.logitDiff])
      #expect(largestDifference(clean, try golden.reference("/clean_logit_diff").values) < 1e-4)
      for (name, site, over) in Self.sweeps where golden.values.contains("/\(direction.rawValue)/\(name)") {
        let plan = try engine.plan(Sweep(name: name, site: Site(site), over: over.map { .site($0) }))
        let reference = try golden.reference("/\(direction.rawValue)/\(name)")
        let results = try engine.results(plan)
        #expect(plan.shape + [try golden.examples()] == reference.shape, "\(name)")
        let difference = largestDifference(try #require(results.values[.logitDiff]), reference.values)
        #expect(difference < 1e-4, "\(method) \(name): \(difference)")
        compared += 1
      }
    }
    let isParallel = try golden.loaded.model.graph.transformer().blocks.allSatisfy(\.isParallel)
    #expect(compared == (isParallel ? 18 : 20))
  }

  @Test(arguments: [CellMethod.partial, .oracle])
  func zeroScaleAndAddAgreeWithTheReference(method: CellMethod) throws {
    let golden = try GoldenModel("gpt2")
    let engine = try PatchingEngine(
      model: golden.loaded.model, prompts: golden.prompts(), direction: .denoise, metrics: [.logitDiff], method: method)
    let vectors = try golden.reference("/edit/vector")
    let rows = (0..<3).map { Array(vectors.values[$0 * 64..<($0 + 1) * 64]) }
    let coefficients = try golden.reference("/edit/coefficient").values
    let sweeps: [(String, SiteName, [SweepAxis], Edit)] = [
      ("zero_z", .z, [.site(.layer), .site(.head)], .zero), ("scale2_z", .z, [.site(.layer), .site(.head)], .scale(2)),
      (
        "add_resid_pre", .residPre, [.site(.layer)],
        .add(.vectors(rows, layers: nil), coefficients: coefficients)
      ),
    ]
    for (name, site, over, edit) in sweeps {
      let plan = try engine.plan(Sweep(name: name, site: Site(site), over: over, edit: edit))
      let reference = try golden.reference("/edit/\(name)")
      #expect(plan.shape + [3] == reference.shape)
      let difference = largestDifference(
        try #require(try engine.results(plan).values[.logitDiff]), reference.values)
      #expect(difference < 1e-4, "\(name): \(difference)")
    }
  }
}
