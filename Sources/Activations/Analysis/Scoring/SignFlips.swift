import Diagnostics
import Tensors

/// Permutation tests of a mean against 0, two-sided and seeded (Fisher 1935): if each example's number were equally
/// likely to have the other sign, how often would the mean be at least as far from 0?
///
/// If there are no more than `flips` of the 2^n choices of signs, all are tried; p is then exact, and the actual signs
/// count among them. Otherwise signs are drawn, and p = (1 + as far) / (1 + flips), which is never 0 (Phipson and Smyth
/// 2010).
public struct SignFlips: Sendable, Equatable {
  /// How many choices of signs to draw.
  public var flips: Int
  public var seed: UInt64

  public init(flips: Int = 9999, seed: UInt64 = 0) { (self.flips, self.seed) = (flips, seed) }

  /// p for each of many rows of numbers; NaN for rows without a finite number. Numbers that are not finite have no sign
  /// to flip.
  /// - Parameter rows: [row, example], row-major.
  public func p(ofRows rows: [Float], examples: Int, threads: Int? = nil) -> [Double] {
    precondition(examples > 0 && rows.count.isMultiple(of: examples), "\(rows.count) numbers in rows of \(examples)")
    let isExact = isExact(examples)
    let draws = isExact ? 1 << examples : flips
    let count = rows.count / examples
    var asFar = [Int](repeating: 0, count: count)
    var generator = SplitMix64(seed: seed)
    // With thousands of examples, not all signs at once: at most sixteen megabytes of them.
    let atATime = max(1, (1 << 22) / examples)
    for first in stride(from: 0, to: draws, by: atATime) {
      let range = first..<min(draws, first + atATime)
      let signs = isExact ? allSigns(range, examples) : drawnSigns(range.count, examples, &generator)
      let found = counts(rows, count, signs, threads)
      for row in 0..<count { asFar[row] += found[row] }
    }
    return (0..<count).map { row -> Double in
      guard rows[row * examples..<(row + 1) * examples].contains(where: \.isFinite) else { return .nan }
      return isExact ? Double(asFar[row]) / Double(draws) : Double(1 + asFar[row]) / Double(1 + draws)
    }
  }

  /// For how many of the signs [draw, example] each row's sum is as far from 0 as it actually is.
  private func counts(_ rows: [Float], _ count: Int, _ signs: Tensor, _ threads: Int?) -> [Int] {
    let (draws, examples) = (signs.shape[0], signs.shape[1])
    let blocks = RowBlock.ranges(count, examples: examples)
    return WorkerPool.map(count: blocks.count, threads: threads) { number -> [Int] in
      let block = RowBlock(rows, blocks[number], examples: examples, centred: false)
      let sums = block.products(with: signs)
      return block.rows.map { row -> Int in
        guard row.count > 0 else { return 0 }
        if row.size == 0 { return draws }
        // As far from 0 up to rounding: sums of the same numbers in float32 products differ in their last digits.
        let bound = Float(abs(row.mean) * Double(row.count) - 1e-5 * row.size)
        var found = 0
        for place in row.index * draws..<(row.index + 1) * draws where abs(sums[place]) >= bound { found += 1 }
        return found
      }
    }.flatMap(\.self)
  }

  /// Whether all choices of signs for this many numbers are tried.
  public func isExact(_ examples: Int) -> Bool { examples < 30 && 1 << examples <= flips }

  private func allSigns(_ choices: Range<Int>, _ examples: Int) -> Tensor {
    Tensor(
      shape: [choices.count, examples],
      choices.flatMap { number in (0..<examples).map { number >> $0 & 1 == 1 ? Float(-1) : 1 } })
  }

  private func drawnSigns(_ draws: Int, _ examples: Int, _ generator: inout SplitMix64) -> Tensor {
    var signs: [Float] = []
    signs.reserveCapacity(draws * examples)
    var (bits, left): (UInt64, Int) = (0, 0)
    for _ in 0..<draws * examples {
      if left == 0 { (bits, left) = (generator.next(), 64) }
      signs.append(bits & 1 == 1 ? -1 : 1)
      (bits, left) = (bits >> 1, left - 1)
    }
    return Tensor(shape: [draws, examples], signs)
  }

  /// The smallest false discovery rate at which each would be accepted (Benjamini and Hochberg 1995). NaN stays NaN and
  /// does not count.
  public static func falseDiscoveryRates(_ p: [Double]) -> [Double] {
    let order = p.indices.filter { !p[$0].isNaN }.sorted { p[$0] > p[$1] }
    var rates = [Double](repeating: .nan, count: p.count)
    var smallest = 1.0
    for (place, index) in order.enumerated() {
      smallest = min(smallest, p[index] * Double(order.count) / Double(order.count - place))
      rates[index] = smallest
    }
    return rates
  }
}
