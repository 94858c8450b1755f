import Interventions
import ModelGraph
import Patching
import TestSupport
import Testing

/// Every patch effect of the attention-only micro-model that `MicroModel.attentionOnly` describes. With y for x after
/// layer 0,
///
///     y = mean(a) / 2 + sel(a)      logit difference = a2 + y2 + mean(y) + 2 sel(y)
///
/// Clean A B C:      a = 1 -2 0; mean(a) = 1 -1/2 -1/3; sel(a) = 1 -1/2 1 (C chooses the A at 0); y = 3/2 -3/4 5/6;
///                   mean(y) = 19/36; sel(y) = y0 = 3/2; logit difference 0 + 5/6 + 19/36 + 3 = 157/36.
/// Corrupted B A D:  a = -2 1 3; mean(a) = sel(a) = -2 -1/2 2/3 (D chooses nothing); y = -3 -3/4 1;
///                   mean(y) = sel(y) = -11/12; logit difference 3 + 1 - 11/12 - 22/12 = 5/4.
///
/// With unchanged patterns in layer 1, changing y by d at position 0, 1, 2 changes the corrupted logit difference by
/// d, d, 2d and the clean one by 7/3 d, 1/3 d, 4/3 d.
@Suite struct MicroAttentionTests {
  static let clean = 157.0 / 36
  static let corrupted = 5.0 / 4
  private let micro = HandWorked(model: MicroModel.attentionOnly())

  @Test func baselines() throws {
    for method in [CellMethod.partial, .oracle] {
      let engine = try PatchingEngine(
        model: micro.model, prompts: micro.prompts, direction: .denoise, metrics: [.logitDiff], method: method)
      #expect(relativeDifference(try #require(engine.baselines().clean[.logitDiff]), [157 / 36, 5 / 4]) < 1e-6)
      #expect(relativeDifference(try #require(engine.baselines().corrupted[.logitDiff]), [5 / 4, 157 / 36]) < 1e-6)
    }
  }

  @Test func residualStreamBeforeLayer0IsAnotherToken() throws {
    // Denoised. A A D: a = 1 1 3, y = 3/2 3/2 5/2, 3 + 5/2 + 3 * 11/6 = 11.
    // B B D: y = -3 -3 -1/2, 3 - 1/2 - 3 * 13/6 = -4.
    // B A C chooses the A at 1: y = -3 -3/4 (-1/6 + 1), 0 + 5/6 - 35/36 + 2 * -3/4 = -59/36.
    let denoised = [11, -4, -59.0 / 36]
    // Noised. B B C finds no A and attends evenly: y = -3 -3 -2, 0 - 2 - 3 * 8/3 = -10.
    // A A C chooses both: y = 3/2 3/2 (1/3 + 1),
    // 0 + 4/3 + 13/9 + 2 * 3/2 = 52/9. A B D: y = 3/2 -3/4 1, 3 + 1 + 3 * 7/12 = 23/4.
    let noised = [-10, 52.0 / 9, 23.0 / 4]
    try micro.expect(.embed, over: [.position], denoised: denoised, noised: noised)
    // Layer 1's stream holds y as it was, with the token's own a, k and s.
    // Denoised: y0 = 3/2: 3 + 1 + 3 * 7/12 = 23/4; at 1 y is the same and nothing chooses;
    // at 2 as above, since nothing comes later.
    // Noised: at 0 y0 = -3 and no A is left: 5/6 - 3 * 35/36 = -25/12;
    // at 1 there are two A, y = 3/2 and -3/4: 5/6 + 19/36 + 2 * 3/8 = 19/9.
    try micro.expect(
      .residPre, over: [.layer, .position], denoised: denoised + [23.0 / 4, Self.corrupted, -59.0 / 36],
      noised: noised + [-25.0 / 12, 19.0 / 9, 23.0 / 4])
    // After layer 1 only the last position counts, and it is the whole outcome.
    try micro.expect(
      .residPost, over: [.layer, .position],
      denoised: [23.0 / 4, Self.corrupted, -59.0 / 36, Self.corrupted, Self.corrupted, Self.clean],
      noised: [-25.0 / 12, 19.0 / 9, 23.0 / 4, Self.clean, Self.clean, Self.corrupted])
  }

  @Test func attentionOutput() throws {
    // Layer 0: y alone changes, by 9/2, 0, -1/6: 5/4 + 9/2, 5/4, 5/4 - 1/3;
    // and 157/36 - 7/3 * 9/2, 157/36, 157/36 + 4/3 * 1/6.
    // Layer 1 writes mean(y) + 2 sel(y): 127/36 clean, -11/4 corrupted: 3 + 1 + 127/36 and 0 + 5/6 - 11/4.
    try micro.expect(
      .attnOut, over: [.layer, .position],
      denoised: [23.0 / 4, Self.corrupted, 11.0 / 12, Self.corrupted, Self.corrupted, 271.0 / 36],
      noised: [-221.0 / 36, Self.clean, 55.0 / 12, Self.clean, Self.clean, -23.0 / 12])
  }

  @Test(arguments: [SiteName.q, .qInput])
  func queriesOfEachHead(site: SiteName) throws {
    // Even heads have none.
    // Denoised 0.1: D chooses the A at 1, a1 = 1 for 2/3 at position 2: y2 + 1/3 gives 5/4 + 2/3 = 23/12.
    // 1.1: y1 = -3/4 for -11/12, twice: 5/4 + 1/3 = 19/12. Noised 0.1: -1/3 for 1: 157/36 - 4/3 * 4/3 = 31/12;
    // 1.1: 19/36 for 3/2, twice.
    try HandWorked(model: MicroModel.attentionOnly(.needed(by: [site]))).expect(
      site, over: [.layer, .head], denoised: [Self.corrupted, 23.0 / 12, Self.corrupted, 19.0 / 12],
      noised: [Self.clean, 31.0 / 12, Self.clean, 29.0 / 12])
  }

  @Test(arguments: [SiteName.k, .kInput])
  func keysOfEachHead(site: SiteName) throws {
    // D asks for nothing, so keys do not matter to it. Noised: C finds its A at 1.
    // 0.1: a1 = -2 for 1: 157/36 - 3 * 4/3 = 13/36.
    // 1.1: y1 = -3/4 for 3/2, twice: 157/36 - 9/2 = -5/36.
    let same = [Double](repeating: Self.corrupted, count: 4)
    try HandWorked(model: MicroModel.attentionOnly(.needed(by: [site]))).expect(
      site, over: [.layer, .head], denoised: same, noised: [Self.clean, 13.0 / 36, Self.clean, -5.0 / 36])
  }

  @Test(arguments: [SiteName.v, .vInput])
  func valuesOfEachHead(site: SiteName) throws {
    // Denoised, all read evenly.
    // 0.0: the clean mean(a) / 2 = 1/2 -1/4 -1/6 for -1 -1/4 1/3: y + 3/2, 0, -1/2: 5/4 + 3/2 - 1 = 7/4.
    // 0.1: twice that: 9/4. 1.0: 19/36 for -11/12: 97/36; 1.1: twice that: 149/36.
    // Noised. 0.0: y - 3/2, 0, + 1/2: 157/36 - 7/2 + 2/3 = 55/36.
    // 0.1 reads -2 at positions 0 and 2, -1/2 at 1, for 1 -1/2 1:
    // 157/36 - 7 - 4 = -239/36. 1.0: -11/12 for 19/36: 35/12. 1.1: y0 = -3 for 3/2, twice: 157/36 - 9 = -167/36.
    try HandWorked(model: MicroModel.attentionOnly(.needed(by: [site]))).expect(
      site, over: [.layer, .head], denoised: [7.0 / 4, 9.0 / 4, 97.0 / 36, 149.0 / 36],
      noised: [55.0 / 36, -239.0 / 36, 35.0 / 12, -167.0 / 36])
  }

  @Test func valuesOfEachHeadAtEachPosition() throws {
    // Denoised 0.0: a differs by 3, -3, -3, read evenly and halved by all later positions.
    // From 0: y + 3/2, 3/4, 1/2: 5/4 + 3/2 + 3/4 + 1 = 9/2. From 1: y1 - 3/4, y2 - 1/2: 5/4 - 7/4 = -1/2.
    // From 2: y2 - 1/2: 1/4.
    // 0.1: twice as much. 1.0: y differs by 9/2, 0, -1/6, a third of which is read at 2; 1.1: twice as much.
    // Noised 0.0: from 0: y - 3/2, 3/4, 1/2: 157/36 - 7/2 - 1/4 - 2/3 = -1/18.
    // From 1: 11/12 more (3/4 / 3 + 1/2 * 4/3). From 2: 2/3 more.
    // 0.1 chooses 0 from 2: from 0: y - 3, 3/2, 3: 157/36 - 7 - 1/2 - 4; from 1: y1 + 3/2: 1/2 more; from 2: nothing.
    // 1.0: a third of -9/2, 0, 1/6. 1.1: twice -9/2 from 0.
    try micro.expect(
      .v, over: [.layer, .position, .head],
      denoised: [
        9.0 / 2, 31.0 / 4, -1.0 / 2, -9.0 / 4, 1.0 / 4, -3.0 / 4, 11.0 / 4, 17.0 / 4, Self.corrupted, Self.corrupted,
        43.0 / 36, 41.0 / 36,
      ],
      noised: [
        -1.0 / 18, -257.0 / 36, 190.0 / 36, 175.0 / 36, 181.0 / 36, Self.clean, 103.0 / 36, -167.0 / 36, Self.clean,
        Self.clean, 159.0 / 36, Self.clean,
      ])
  }

  @Test(arguments: [SiteName.z, .result])
  func outputsOfEachHead(site: SiteName) throws {
    // 0.0 and 1.0 attend evenly in both runs, so as for values.
    // Denoised 0.1: 1 -1/2 1 for -2 -1/2 2/3: 5/4 + 3 + 2/3 = 59/12; 1.1: 3/2 for
    // -11/12, twice: 73/12. Noised 0.1: 157/36 - 7 - 4/9 = -37/12; 1.1: 157/36 - 29/6 = -17/36.
    try HandWorked(model: MicroModel.attentionOnly(.needed(by: [site]))).expect(
      site, over: [.layer, .head], denoised: [7.0 / 4, 59.0 / 12, 97.0 / 36, 73.0 / 12],
      noised: [55.0 / 36, -37.0 / 12, 35.0 / 12, -17.0 / 36])
    // Position by position: y + 3/2, 0, -1/2 by 0.0 and + 3, 0, 1/3 by 0.1; layer 1 counts at the last position only.
    let (base, other) = (Self.corrupted, Self.clean)
    try HandWorked(model: MicroModel.attentionOnly(.needed(by: [site]))).expect(
      site, over: [.layer, .position, .head],
      denoised: [11.0 / 4, 17.0 / 4, base, base, 1.0 / 4, 23.0 / 12, base, base, base, base, 97.0 / 36, 73.0 / 12],
      noised: [
        31.0 / 36, -95.0 / 36, other, other, 181.0 / 36, 47.0 / 12, other, other, other, other, 35.0 / 12, -17.0 / 36,
      ])
  }

  @Test func patternsOfEachHead() throws {
    // Denoised: attention goes to position 0. 0.1: a0 = -2 for 2/3: 5/4 - 2 * 8/3 = -49/12;
    // 1.1: y0 = -3 for -11/12, twice: -35/12.
    // Noised: attention is even, which is what its query did.
    for site in [SiteName.pattern, .attnScores] {
      try micro.expect(
        site, over: [.layer, .head], denoised: [Self.corrupted, -49.0 / 12, Self.corrupted, -35.0 / 12],
        noised: [Self.clean, 31.0 / 12, Self.clean, 29.0 / 12])
    }
  }

  @Test func patternsAtEachPair() throws {
    // Only from position 2 of heads 0.1 and 1.1.
    // Denoised: 1 0 0 for 1/3 1/3 1/3, of a = -2 1 3 with weight 2, and of y = -3 -3/4 1 twice.
    // Noised: 1/3 1/3 1/3 for 1 0 0, of a = 1 -2 0 with weight 4/3, and of y = 3/2 -3/4 5/6 twice.
    func table(_ base: Double, _ first: [Double], _ second: [Double]) -> [Double] {
      let same = [Double](repeating: base, count: 9)
      let early = [Double](repeating: base, count: 6)
      return same + early + first.map { base + $0 } + same + early + second.map { base + $0 }
    }
    try micro.expect(
      .pattern, over: [.layer, .head, .destination, .source],
      denoised: table(Self.corrupted, [-8.0 / 3, -2.0 / 3, -2], [-4, 1.0 / 2, -2.0 / 3]),
      noised: table(Self.clean, [-8.0 / 9, -8.0 / 9, 0], [-2, -1.0 / 2, 5.0 / 9]))
    // A whole destination is the sum of its sources.
    try micro.expect(
      .pattern, over: [.layer, .head, .destination],
      denoised: [
        5.0 / 4, 5.0 / 4, 5.0 / 4, 5.0 / 4, 5.0 / 4, -49.0 / 12, 5.0 / 4, 5.0 / 4, 5.0 / 4, 5.0 / 4, 5.0 / 4,
        -35.0 / 12,
      ],
      noised: [Double](repeating: Self.clean, count: 5) + [31.0 / 12] + [Double](repeating: Self.clean, count: 5) + [
        29.0 / 12
      ])
  }
}
