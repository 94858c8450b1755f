import Diagnostics
import Testing

@Suite struct NearestNameTests {
  @Test(arguments: [
    ("resid_per", "resid_pre"), ("metrcs", "metrics"), ("LOGIT_DIFF", "logit_diff"), ("mlp_uot", "mlp_out"),
  ])
  func findsTheNearest(misspelt: String, meant: String) {
    #expect(nearestName(to: misspelt, among: ["resid_pre", "metrics", "logit_diff", "mlp_out"]) == meant)
  }

  /// A file may contain a name of a million letters; comparing it with all others letter by letter would take minutes.
  @Test func aNameOfAnyLengthIsAnsweredSoon() {
    let long = String(repeating: "a", count: 200_000)
    let start = ContinuousClock.now
    #expect(nearestName(to: long, among: [long + "b", "resid_pre", String(repeating: "b", count: 200_000)]) == nil)
    #expect(nearestName(to: "resid_per", among: [long, "resid_pre"]) == "resid_pre")
    #expect(ContinuousClock.now - start < .seconds(2))
  }

  @Test func messagesArePrintable() {
    #expect(printable("a: \u{0}\u{1B}[2J\nb") == "a: \\u{0}\\u{1B}[2J\nb")
    #expect(printable(String(repeating: "x", count: 9000), limit: 10) == "xxxxxxxxxx...")
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
