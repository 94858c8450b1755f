import Execution
import Interventions
import ModelGraph
import Patching
import TestSupport
import Testing

/// The partial executor agrees with the oracle: every flag of a transformer, every site, every edit, every cell, both
/// directions.
@Suite struct PartialExecutorTests {
  /// 3 examples of different lengths, and 3 of equal length for the edits that need it.
  private static func prompts(equal: Bool) -> PromptSet {
    RandomPrompts.pairs(lengths: equal ? [4, 4, 4] : [3, 5, 4], vocabulary: 11)
  }

  @Test(arguments: SmallSpec.all, PatchingDirection.allCases)
  func agreesWithTheOracleOnEverySiteAndEdit(small: SmallSpec, direction: PatchingDirection) throws {
    for options in Set(SiteName.allCases.map { GraphOptions.needed(by: [$0]) }) {
      let model = randomModel(small.spec, options)
      var unequal = try PartialAgainstOracle(model, Self.prompts(equal: false), direction)
      var equal = try PartialAgainstOracle(model, Self.prompts(equal: true), direction)
      for site in EditCatalogue.sites(of: model.graph) where GraphOptions.needed(by: [site]) == options {
        let node = try SiteResolver(model.graph).node(site, layer: 0)
        let layers = site.hasLayers ? small.spec.layers : 1
        for edit in EditCatalogue.edits(width: node.layout.width, layers: layers, site: site) {
          for sweep in try EditCatalogue.sweeps(of: site, edit: edit) {
            try unequal.compare(sweep, "\(site.rawValue) \(edit.name) \(sweep.name)")
          }
        }
        for edit in EditCatalogue.editsOfEqualLengths {
          for sweep in try EditCatalogue.sweeps(of: site, edit: edit) {
            try equal.compare(sweep, "\(site.rawValue) \(edit.name) \(sweep.name)")
          }
        }
      }
      let (runs, ranksOff) = (unequal.runs + equal.runs, unequal.ranksOff + equal.ranksOff)
      #expect(ranksOff * 1000 <= runs, "\(ranksOff) of \(runs) ranks differ")
    }
  }

  @Test(arguments: GoldenModel.families)
  func agreesWithTheOracleOnTheReferenceModels(family: String) throws {
    let golden = try GoldenModel(family)
    let model = golden.loaded.model(GraphOptions(splitsInputs: true, separatesResults: true))
    let prompts = try golden.prompts()
    for direction in PatchingDirection.allCases {
      var both = try PartialAgainstOracle(model, prompts, direction)
      for site in EditCatalogue.sites(of: model.graph) {
        let node = try SiteResolver(model.graph).node(site, layer: 0)
        let layers = site.hasLayers ? model.graph.dimensions.layers : 1
        let edits =
          EditCatalogue.edits(width: node.layout.width, layers: layers, site: site) + EditCatalogue.editsOfEqualLengths
        // In the other direction only what involves the other run, to save time.
        for edit in edits where direction == .denoise || edit == .patch || edit.name == "mean" {
          for sweep in try EditCatalogue.coarseSweeps(of: site, edit: edit) {
            try both.compare(sweep, "\(site.rawValue) \(edit.name) \(sweep.name)")
          }
        }
      }
      #expect(both.ranksOff * 1000 <= both.runs)
    }
  }

  @Test func theSmallModelsHaveEverySiteBetweenThem() {
    let found = SmallSpec.all.flatMap {
      EditCatalogue.sites(of: $0.spec.graph(GraphOptions(splitsInputs: true, separatesResults: true)))
    }
    #expect(Set(found) == Set(SiteName.allCases))
  }
}
