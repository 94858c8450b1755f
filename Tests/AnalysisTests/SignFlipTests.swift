import Analysis
import Testing

/// Intervals and permutation tests of many rows at once.
@Suite struct SignFlipTests {
  /// By hand: of the eight choices of signs for 1, 2, 3 only the original and the opposite reach 6. For 1, -2, 3 (sum
  /// 2), six have |sum| >= 2 (6, -6, 4, -4, 2, -2).
  @Test func fewExamplesAreGoneThrough() throws {
    let p = SignFlips().p(ofRows: [1, 2, 3, 1, -2, 3, 0, 0, 0, .nan, .nan, .nan], examples: 3)
    #expect(p[0] == 0.25 && p[1] == 0.75 && p[2] == 1 && p[3].isNaN)
    #expect(SignFlips().isExact(13) && !SignFlips().isExact(14))
    // A missing number has no sign: for 2, 3 two of four choices reach 5.
    #expect(SignFlips().p(ofRows: [2, .nan, 3], examples: 3) == [0.5])
  }

  /// 0.1 + 0.2 + 0.3 has the same size with all signs flipped, whatever rounding does to its last digits.
  @Test func roundingBreaksNoTies() throws {
    let values: [Float] = (0..<12).map { Float($0) * 0.1 + 0.1 }
    #expect(SignFlips().p(ofRows: values, examples: 12) == [2 / 4096])
  }

  /// Twenty equal numbers: p is the smallest that the flips allow; symmetric ones: p is about 1.
  @Test func manyExamplesAreDrawn() throws {
    let flips = SignFlips(flips: 999, seed: 3)
    let same = [Float](repeating: 1, count: 20)
    let balanced: [Float] = (0..<20).map { $0 % 2 == 0 ? 1 : -1 }
    let p = flips.p(ofRows: same + balanced, examples: 20)
    #expect(p[0] == 0.001 && p[1] == 1)
    #expect(flips.p(ofRows: same + balanced, examples: 20, threads: 1) == p)
    // Sixteen ones and four of -1: sum 12; P(|S| >= 12) of twenty signs is 2 (1 + 20 + 190 + 1140 + 4845) / 2^20 =
    // 0.01182.
    let leaning: [Float] = (0..<20).map { $0 < 16 ? 1 : -1 }
    let drawn = try #require(SignFlips(flips: 9999, seed: 1).p(ofRows: leaning, examples: 20).first)
    #expect(abs(drawn - 0.01182) < 0.0035)
  }

  /// So many examples that their signs are drawn in parts: one row far from 0 next to noise of the same size with mean
  /// 0.
  @Test func thousandsOfExamples() throws {
    let examples = 5000
    let noise = (0..<examples).map { Float(($0 * 7919) % 101) - 50 }
    let centre = noise.reduce(0, +) / Float(examples)
    let p = SignFlips(flips: 2000, seed: 2).p(
      ofRows: noise.map { $0 - centre } + noise.map { $0 + 5 }, examples: examples)
    #expect(p[0] > 0.9 && p[1] == 1.0 / 2001)
  }

  /// By hand: p of 0.01, 0.02, 0.03, 0.5 among four: 0.04, 0.04, 0.04, 0.5.
  @Test func falseDiscoveryRates() {
    let rates = SignFlips.falseDiscoveryRates([0.02, .nan, 0.5, 0.01, 0.03])
    #expect(rates[1].isNaN)
    for (found, wanted) in zip([rates[0], rates[2], rates[3], rates[4]], [0.04, 0.5, 0.04, 0.04]) {
      #expect(abs(found - wanted) < 1e-12)
    }
    #expect(SignFlips.falseDiscoveryRates([]) == [])
  }

  @Test func rowsAreRedrawnAsOneMeanIs() throws {
    let rows: [[Float]] = [[1, 5, 2, 8, -3], [0.25, 0.5, 0.125, 4, 1], [7, 7, 7, 7, 7]]
    let bootstrap = Bootstrap(redraws: 500, seed: 9)
    let found = bootstrap.means(ofRows: Array(rows.joined()), examples: 5)
    for (row, interval) in zip(rows, found) {
      let wanted = bootstrap.mean(of: row.map(Double.init))
      #expect(abs(interval.value - wanted.value) < 1e-6)
      #expect(abs(interval.low - wanted.low) < 1e-5 && abs(interval.high - wanted.high) < 1e-5)
    }
    #expect(found[2] == Interval(value: 7, low: 7, high: 7))
  }

  @Test func whatIsMissingIsLeftOut() throws {
    let found = Bootstrap(redraws: 400).means(ofRows: [1, .nan, 3, .nan, .nan, .nan, 5, .nan, .nan], examples: 3)
    #expect(found[0].value == 2 && found[0].low == 1 && found[0].high == 3)
    #expect(found[1].value.isNaN && found[1].low.isNaN)
    #expect(found[2] == Interval(value: 5, low: 5, high: 5))
  }

  /// More rows than fit in a block give the same as each by itself.
  @Test func blocksAreSeamless() throws {
    let rows = (0..<600).flatMap { row in (0..<4).map { Float((row * 7 + $0 * 13) % 11) } }
    let all = Bootstrap(redraws: 50).means(ofRows: rows, examples: 4)
    let p = SignFlips().p(ofRows: rows, examples: 4)
    for row in [0, 255, 256, 511, 512, 599] {
      let own = Array(rows[row * 4..<row * 4 + 4])
      #expect(Bootstrap(redraws: 50).means(ofRows: own, examples: 4).first == all[row])
      #expect(SignFlips().p(ofRows: own, examples: 4).first == p[row])
    }
  }
}
