import Interventions
import Patching
import TestSupport
import Testing

/// The edits other than patch on the attention-only micro-model; see `MicroAttentionTests` for its unedited runs.
@Suite struct MicroEditTests {
  private let micro = HandWorked(model: MicroModel.attentionOnly())

  @Test func zeroAndScaleOfEachHead() throws {
    // Corrupted, heads 0.0 and 0.1 write -1 -1/4 1/3 and -2 -1/2 2/3 to y;
    // weights 1 1 2: they make -7/12 and -7/6 of the logit difference.
    // 1.0 and 1.1 write -11/12 and -11/6. Clean, 1/2 -1/4 -1/6 and 1 -1/2 1, weights 7/3 1/3 4/3: 31/36 and 7/2;
    // 19/36 and 3.
    let parts = (corrupted: [-7.0 / 12, -7.0 / 6, -11.0 / 12, -11.0 / 6], clean: [31.0 / 36, 7.0 / 2, 19.0 / 36, 3])
    for (edit, factor) in [(Edit.zero, 0.0), (.scale(2), 2), (.scale(-0.5), -0.5), (.scale(1), 1)] {
      try micro.expect(
        .z, over: [.layer, .head], edit, denoised: parts.corrupted.map { 5.0 / 4 + (factor - 1) * $0 },
        noised: parts.clean.map { 157.0 / 36 + (factor - 1) * $0 })
    }
  }

  @Test func zeroOfEachToken() throws {
    // Corrupted without B: a = 0 1 3: mean(a) = 0 1/2 4/3, y = 0 3/4 2, 3 + 2 + 3 * 11/12 = 31/4.
    // Without A: a = -2 0 3: y = -3 -3/2 1/2,
    // 3 + 1/2 - 4 = -1/2. Without D: a = -2 1 0: y = -3 -3/4 -1/2, 0 - 1/2 - 3 * 17/12 = -19/4.
    // Clean without A: a = 0 -2 0, nothing to choose: y = 0 -3/2 -1, -1 - 3 * 5/6 = -7/2.
    // Without B: a = 1 0 0: y = 3/2 3/4 (1/6 + 1),
    // 7/6 + 41/36 + 3 = 191/36. Without C: even: y = 3/2 -3/4 -1/2, -1/2 + 3 * 1/12 = -1/4.
    try micro.expect(
      .embed, over: [.position], .zero, denoised: [31.0 / 4, -1.0 / 2, -19.0 / 4],
      noised: [-7.0 / 2, 191.0 / 36, -1.0 / 4])
  }

  @Test func addedVectors() throws {
    // x more by c at a position of either layer's stream: the weights of y.
    // After layer 1 only the last position's counts, once.
    let weights = (corrupted: [1.0, 1, 2], clean: [7.0 / 3, 1.0 / 3, 4.0 / 3])
    for c: Float in [1, -2, 0.25] {
      func table(_ base: Double, _ weights: [Double]) -> [Double] { (weights + weights).map { base + Double(c) * $0 } }
      let edit = Edit.add(.vectors([[0, 1, 0, 0]], layers: nil), coefficients: [c])
      try micro.expect(
        .residPre, over: [.layer, .position], edit, denoised: table(5.0 / 4, weights.corrupted),
        noised: table(157.0 / 36, weights.clean))
      try micro.expect(
        .residPost, over: [.layer], edit, denoised: [5.0 / 4 + 4 * Double(c), 5.0 / 4 + Double(c)],
        noised: [157.0 / 36 + 4 * Double(c), 157.0 / 36 + Double(c)])
    }
    // A vector for each layer, and features not read by any head:
    // adding 1 to a0 in layer 1's stream at the last position is read directly.
    let perLayer = Edit.add(.vectors([[0, 3, 0, 0], [1, 0, 0, 0]], layers: [1, 0]), coefficients: [1])
    try micro.expect(
      // Layer 1 has the first vector, layer 0 the second:
      // a + 1 everywhere is mean(a) + 1 and sel(a) + 1 and y + 3/2 everywhere.
      .residPre, over: [.layer], perLayer, denoised: [5.0 / 4 + 1 + 4 * 1.5, 5.0 / 4 + 12],
      noised: [157.0 / 36 + 1 + 4 * 1.5, 157.0 / 36 + 12])
  }

  @Test func addedDifferences() throws {
    // z is linear in what it writes: half of the patch's effect, and twice it, and its opposite.
    let patched = (
      denoised: [7.0 / 4, 59.0 / 12, 97.0 / 36, 73.0 / 12], noised: [55.0 / 36, -37.0 / 12, 35.0 / 12, -17.0 / 36]
    )
    for c: Float in [0.5, 1, 2, -1] {
      try micro.expect(
        .z, over: [.layer, .head], .add(.difference, coefficients: [c]),
        denoised: patched.denoised.map { 5.0 / 4 + Double(c) * ($0 - 5.0 / 4) },
        noised: patched.noised.map { 157.0 / 36 + Double(c) * ($0 - 157.0 / 36) })
    }
    // Scores: D's 0 0 0 with 40 times C's key differences 1 0 0 added chooses 0, as the pattern did;
    // masked scores stay masked.
    try micro.expect(
      .attnScores, over: [.layer, .head], .add(.difference, coefficients: [1]),
      denoised: [5.0 / 4, -49.0 / 12, 5.0 / 4, -35.0 / 12], noised: [157.0 / 36, 31.0 / 12, 157.0 / 36, 29.0 / 12])
  }

  /// The clean run's C chooses the A by a score of 40;
  /// clamped to 0 it chooses nothing, as when the difference is added above.
  @Test func clampedScoresLeaveHiddenTokensHidden() throws {
    let base = (denoised: [Double](repeating: 5.0 / 4, count: 4), noised: [Double](repeating: 157.0 / 36, count: 4))
    try micro.expect(
      .attnScores, over: [.layer, .head], .clamp(max: 0), denoised: base.denoised,
      noised: [157.0 / 36, 31.0 / 12, 157.0 / 36, 29.0 / 12])
    try micro.expect(
      .attnScores, over: [.layer, .head], .clamp(min: -1), denoised: base.denoised, noised: base.noised)
  }

  /// Zeroed or turned about, C's scores of 40 0 0 choose among tokens up to itself; those of B and D, all 0, choose as
  /// before.
  @Test func editedScoresLeaveHiddenTokensHidden() throws {
    let same = [Double](repeating: 5.0 / 4, count: 4)
    // Evenly: sel(a) = -1/3 for 1 in 0.1, sel(y) = 19/36 for 3/2 in 1.1, which counts twice.
    let evenly = [157.0 / 36, 31.0 / 12, 157.0 / 36, 29.0 / 12]
    // At -40, B and C evenly: sel(a) = -1 for 1, 157/36 - 2 * 4/3; sel(y) = 1/24 for 3/2, 157/36 - 2 * 35/24. At 80 as
    // at 40.
    let turned = [157.0 / 36, 61.0 / 36, 157.0 / 36, 13.0 / 9]
    let cases: [(edit: Edit, noised: [Double], change: Float)] = [
      (.zero, evenly, 40), (.scale(0), evenly, 40), (.scale(-1), turned, 80),
      (.scale(2), [Double](repeating: 157.0 / 36, count: 4), 40),
    ]
    for (edit, noised, change) in cases {
      try micro.expect(.attnScores, over: [.layer, .head], edit, denoised: same, noised: noised)
      let engine = try PatchingEngine(
        model: micro.model, prompts: MicroModel.bothWays, direction: .noise, metrics: [.logitDiff])
      let plan = try engine.plan(
        Sweep(name: "norms", site: Site(.attnScores), over: [.site(.layer), .site(.head)], edit: edit))
      #expect(try engine.results(plan).changeNorms == [0, 0, change, 0, 0, 0, change, 0])
    }
  }

  @Test func meansAndOtherExamples() throws {
    // The mean over both examples lies half-way between the two runs.
    let patched = (
      denoised: [7.0 / 4, 59.0 / 12, 97.0 / 36, 73.0 / 12], noised: [55.0 / 36, -37.0 / 12, 35.0 / 12, -17.0 / 36]
    )
    try micro.expect(
      .z, over: [.layer, .head], .mean, denoised: patched.denoised.map { (5.0 / 4 + $0) / 2 },
      noised: patched.noised.map { (157.0 / 36 + $0) / 2 })
    // Pattern 2/3 1/6 1/6 from position 2: denoised 0.1: half of -16/3; 1.1: half of -25/6.
    // Noised: half of -16/9 and of -35/18.
    try micro.expect(
      .pattern, over: [.layer, .head], .mean, denoised: [5.0 / 4, 5.0 / 4 - 8.0 / 3, 5.0 / 4, 5.0 / 4 - 25.0 / 12],
      noised: [157.0 / 36, 157.0 / 36 - 8.0 / 9, 157.0 / 36, 157.0 / 36 - 35.0 / 36])
    // The only other example's other run is this example's own base run, so nothing changes.
    try micro.expect(
      .z, over: [.layer, .head], .resample(seed: 1), denoised: [5.0 / 4, 5.0 / 4, 5.0 / 4, 5.0 / 4],
      noised: [Double](repeating: 157.0 / 36, count: 4))
    // If both prompts of a pair are the same, the other example's are what patches would take.
    try HandWorked(model: micro.model, prompts: MicroModel.unpaired).expect(
      .z, over: [.layer, .head], .resample(seed: 1), denoised: patched.denoised, noised: patched.noised)
  }

  @Test func changeNormsAreOfTheEditedNumbers() throws {
    let engine = try PatchingEngine(
      model: micro.model, prompts: MicroModel.bothWays, direction: .denoise, metrics: [.logitDiff])
    func norms(_ site: SiteName, _ over: [SiteAxis], _ edit: Edit) throws -> [Float] {
      let plan = try engine.plan(Sweep(name: "norms", site: Site(site), over: over.map { .site($0) }, edit: edit))
      let both = try engine.results(plan).changeNorms
      return stride(from: 0, to: both.count, by: 2).map { both[$0] }
    }
    // B to A: a by 3, k by 1; A to B the same; D to C: a by 3, s by 1. z differs by 3 0 -1 in 0.0, 3 0 1/3 in 0.1.
    let root10 = Float(10).squareRoot()
    #expect(relativeDifference(try norms(.embed, [.position], .patch), [root10, root10, root10]) < 1e-6)
    #expect(
      relativeDifference(
        try norms(.z, [.layer, .position, .head], .patch).prefix(6).map { $0 }, [3, 3, 0, 0, 1, 1 / 3]) < 1e-6)
    // Zero: the norm of what was there, a = -2, k = 1 and a = 1, a = 3.
    #expect(relativeDifference(try norms(.embed, [.position], .zero), [2, Float(2).squareRoot(), 3]) < 1e-6)
    // The vector's own norm at each of three positions.
    let edit = Edit.add(.vectors([[3, 0, 4, 0]], layers: nil), coefficients: [2])
    #expect(relativeDifference(try norms(.embed, [], edit), [10 * Float(3).squareRoot()]) < 1e-6)
  }
}
