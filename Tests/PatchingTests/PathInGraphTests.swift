import Interventions
import ModelGraph
import Patching
import TestSupport
import Testing

/// Edits that would not reach the logits are refused when they are planned.
@Suite struct PathInGraphTests {
  @Test(arguments: [SiteName.result, .qInput, .kInput, .vInput, .mlpIn])
  func aSiteBesideThePathIsAnError(site: SiteName) throws {
    let spec = SmallSpec.all[0].spec
    let pair = PromptSet.Pair(clean: [0, 1, 2], corrupted: [0, 2, 1], answers: [3], wrongs: [4])
    func plan(_ options: GraphOptions) throws {
      let engine = try PatchingEngine(
        model: randomModel(spec, options), prompts: PromptSet([pair]), direction: .denoise, metrics: [.logitDiff])
      _ = try engine.plan(Sweep(name: "s", site: Site(site), over: [.site(.layer)]))
    }
    #expect(throws: InterventionError.notInPath(site)) { try plan(GraphOptions()) }
    try plan(GraphOptions.needed(by: [site]))
  }
}
