import Diagnostics
import Testing

@Suite struct NearestNameTests {
  @Test(arguments: [
    ("resid_per", "resid_pre"), ("metrcs", "metrics"), ("LOGIT_DIFF", "logit_diff"), ("mlp_uot", "mlp_out"),
  ])
  func findsTheNearest(misspelt: String, meant: String) {
    #expect(nearestName(to: misspelt, among: ["resid_pre", "metrics", "logit_diff", "mlp_out"]) == meant)
  }

  @Test func aNameThatIsFarFromAllIsNotGuessed() {
    #expect(nearestName(to: "banana", among: ["resid_pre", "q", "k"]) == nil)
    #expect(nearestName(to: "x", among: []) == nil)
  }

  @Test func suggestionOffersTheNearestOrListsAll() {
    #expect(suggestion(for: "metrcs", among: ["metrics", "model"]) == " (did you mean 'metrics'?)")
    #expect(suggestion(for: "zebra", among: ["metrics", "model"]) == " (one of: metrics, model)")
    #expect(suggestion(for: "zebra", among: []) == "")
  }
}
