import Interventions
import ModelGraph
import Patching
import TestSupport
import Testing

/// Every patch effect of the micro-model with an MLP, as `MicroModel.withMLP` describes it:
///
///     x = mean(a) / 2   n0 = relu(a)   n1 = relu(3 x + 1)   n2 = relu(a - 3 x)   m = 2 n0 - n1 + n2 + 1/2
///     logit difference x + m
///
/// Clean A B C:      a = 1 -1 -1; at position 2 x = -1/6, n = 0 1/2 0, m = 0: -1/6.
/// Corrupted B A D:  a = -2 2 2; at position 2 x = 1/3, n = 2 2 1, m = 7/2: 23/6.
@Suite struct MicroMLPTests {
  static let clean = -1.0 / 6
  static let corrupted = 23.0 / 6
  private let micro = HandWorked(model: MicroModel.withMLP())

  @Test func tokensAndStreams() throws {
    // Denoised: a = 1 2 2: x = 5/6, n = 2 7/2 0, m = 1: 11/6. a = -2 -1 2: x = -1/6, n = 2 1/2 5/2, m = 13/2: 19/3.
    // a = -2 2 -1: x = -1/6, n = 0 1/2 0, m = 0: -1/6. Noised: a = -2 -1 -1: x = -2/3, n = 0 0 1, m = 3/2: 5/6.
    // a = 1 2 -1: x = 1/3, n = 0 2 0, m = -3/2: -7/6. a = 1 -1 2: x = 1/3, n = 2 2 1, m = 7/2: 23/6.
    let (denoised, noised) = ([11.0 / 6, 19.0 / 3, -1.0 / 6], [5.0 / 6, -7.0 / 6, 23.0 / 6])
    try micro.expect(.embed, over: [.position], denoised: denoised, noised: noised)
    try micro.expect(.residPre, over: [.layer, .position], denoised: denoised, noised: noised)
    // Nothing after attention looks across positions.
    let (base, other) = (Self.corrupted, Self.clean)
    for site in [SiteName.residMid, .residPost] {
      try micro.expect(site, over: [.layer, .position], denoised: [base, base, other], noised: [other, other, base])
    }
    // Positions are the same in both runs.
    try micro.expect(.posEmbed, over: [.position], denoised: [base, base, base], noised: [other, other, other])
    // Without them: a = -2 2 2 as it was; -2 1 2: x = 1/6, n = 2 3/2 3/2, m = 9/2;
    // -2 2 3: x = 1/2, n = 3 5/2 3/2, m = 11/2.
    // Clean: 1 -2 -1: x = -1/3, n = 0 0 0, m = 1/2; 1 -1 0: x = 0, n = 0 1 0, m = -1/2.
    try micro.expect(
      .posEmbed, over: [.position], .zero, denoised: [base, 14.0 / 3, 6], noised: [other, 1.0 / 6, -1.0 / 2])
  }

  @Test func attentionAndItsHeads() throws {
    let (base, other) = (Self.corrupted, Self.clean)
    // x = -1/6 beside a = 2: n = 2 1/2 5/2, m = 13/2; x = 1/3 beside a = -1: n = 0 2 0, m = -3/2.
    try micro.expect(
      .attnOut, over: [.layer, .position], denoised: [base, base, 19.0 / 3], noised: [other, other, -7.0 / 6])
    // z of 0.0 is mean(a), of 0.1 mean(a) + 1, x = z0 - z1 / 2 + 1/2.
    // Denoised: -1/3 - 5/6 + 1/2 = -2/3: n = 2 0 4, m = 17/2;
    // 2/3 - 1/3 + 1/2 = 5/6: n = 2 7/2 0, m = 1. Noised: 2/3 - 1/3 + 1/2 = 5/6: n = 0 7/2 0, m = -3;
    // -2/3: n = 0 0 1, m = 3/2.
    for site in [SiteName.z, .v, .result] {
      try HandWorked(model: MicroModel.withMLP(.needed(by: [site]))).expect(
        site, over: [.layer, .head], denoised: [47.0 / 6, 11.0 / 6], noised: [-13.0 / 6, 5.0 / 6])
    }
    // Attention is even in both runs.
    for site in [SiteName.q, .k, .pattern, .attnScores] {
      try micro.expect(site, over: [.layer, .head], denoised: [base, base], noised: [other, other])
    }
    // Attention's bias of 1/2 is no head's: without z0, x = -5/6 + 1/2 = -1/3: n = 2 0 3, m = 15/2;
    // without z1, x = 2/3 + 1/2 = 7/6: n = 2 9/2 0,
    // m = 0. Clean: x = -1/3 + 1/2 = 1/6: n = 0 3/2 0, m = -1; x = -1/3 + 1/2 = 1/6 too.
    try micro.expect(
      .z, over: [.layer, .head], .zero, denoised: [43.0 / 6, 7.0 / 6], noised: [-5.0 / 6, -5.0 / 6])
    // attn_out set to 0: x = 0 beside a = 2: n = 2 1 2, m = 11/2; beside a = -1: n = 0 1 0, m = -1/2.
    try micro.expect(.attnOut, over: [.layer], .zero, denoised: [11.0 / 2], noised: [-1.0 / 2])
  }

  @Test func theMLPAndItsNeurons() throws {
    let (base, other) = (Self.corrupted, Self.clean)
    // x + the other m: 1/3 + 0 and -1/6 + 7/2.
    for site in [SiteName.mlpOut, .mlpIn] {
      try HandWorked(model: MicroModel.withMLP(.needed(by: [site]))).expect(
        site, over: [.layer, .position], denoised: [base, base, 1.0 / 3], noised: [other, other, 10.0 / 3])
    }
    // n = 2 2 1 becomes 0, 1/2, 0 one by one, times 2 -1 1; and the other way round.
    for site in [SiteName.mlpPre, .mlpPost] {
      try micro.expect(
        site, over: [.layer, .neuron], denoised: [23.0 / 6 - 4, 23.0 / 6 + 3.0 / 2, 23.0 / 6 - 1],
        noised: [-1.0 / 6 + 4, -1.0 / 6 - 3.0 / 2, -1.0 / 6 + 1])
    }
    let same = [Double](repeating: base, count: 3)
    let clean = [Double](repeating: other, count: 3)
    try micro.expect(
      .mlpPost, over: [.position, .neuron], denoised: same + same + [-1.0 / 6, 16.0 / 3, 17.0 / 6],
      noised: clean + clean + [23.0 / 6, -5.0 / 3, 5.0 / 6])
    // n0 n1 n2 make 4 -2 1 of the corrupted logit difference, 0 -1/2 0 of the clean one.
    for (edit, factor) in [(Edit.zero, 0.0), (.scale(2), 2)] {
      try micro.expect(
        .mlpPost, over: [.layer, .neuron], edit, denoised: [4, -2, 1].map { base + (factor - 1) * $0 },
        noised: [0, -1.0 / 2, 0].map { other + (factor - 1) * $0 })
    }
    // n = 2 2 1 and 0 1/2 0, weights 2 -1 1: no more than 1, no less than 1, between 1/4 and 3/2.
    for (edit, denoised, noised) in [
      (.clamp(max: 1), [-2, 1, 0], [0, 0, 0]), (.clamp(min: 1), [0, 0, 0], [2, -1.0 / 2, 1]),
      (.clamp(min: 0.25, max: 1.5), [-1, 1.0 / 2, 0], [1.0 / 2, 0, 1.0 / 4]),
    ] as [(Edit, [Double], [Double])] {
      try micro.expect(
        .mlpPost, over: [.layer, .neuron], edit, denoised: denoised.map { base + $0 }, noised: noised.map { other + $0 }
      )
      try micro.expect(
        .mlpPost, over: [], edit, denoised: [base + denoised.reduce(0, +)], noised: [other + noised.reduce(0, +)])
    }
    // What is rectified anyhow.
    try micro.expect(.mlpPre, over: [], .clamp(min: 0), denoised: [base], noised: [other])
    // The mean of m = 0 and 7/2, and 3 added to the second neuron before and after it is rectified.
    try micro.expect(.mlpOut, over: [.layer], .mean, denoised: [1.0 / 3 + 7.0 / 4], noised: [-1.0 / 6 + 7.0 / 4])
    // pre = 2 2 1 and -1 1/2 -1/2, plus -1 each: 1 1 0 and 0 0 0;
    // post = 2 2 1 and 0 1/2 0, plus -1 each, add -2 in all.
    let edit = Edit.add(.vectors([[-1, -1, -1]], layers: nil), coefficients: [1])
    try micro.expect(.mlpPre, over: [], edit, denoised: [1.0 / 3 + 3.0 / 2], noised: [-1.0 / 6 + 1.0 / 2])
    try micro.expect(.mlpPost, over: [], edit, denoised: [base - 2], noised: [other - 2])
    try micro.expect(.mlpOut, over: [.layer], .zero, denoised: [1.0 / 3], noised: [-1.0 / 6])
  }
}
