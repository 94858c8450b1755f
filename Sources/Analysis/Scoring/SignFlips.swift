import Diagnostics
import Tensors

/// Permutation tests of a mean against 0: were each example's number as likely to have the other sign, how often would the mean be as far from 0 as it is
/// (Fisher 1935)? Two-sided and seeded.
///
/// All 2^n choices of signs are gone through where there are no more of them than `flips`; p is then exact, and the signs as they are count among them. Else
/// signs are drawn, and p = (1 + as far) / (1 + flips), which is never 0 (Phipson and Smyth 2010).
public struct SignFlips: Sendable, Equatable {
  /// How many choices of signs are drawn.
  public var flips: Int
  public var seed: UInt64

  public init(flips: Int = 9999, seed: UInt64 = 0) { (self.flips, self.seed) = (flips, seed) }

  /// p of each of many rows of numbers; NaN for rows without a finite number. Numbers that are not finite have no sign to flip.
  /// - Parameter rows: [row, example], row-major.
  public func p(ofRows rows: [Float], examples: Int, threads: Int? = nil) throws -> [Double] {
    precondition(examples > 0 && rows.count.isMultiple(of: examples), "\(rows.count) numbers in rows of \(examples)")
    let isExact = isExact(examples)
    let signs = isExact ? allSigns(examples) : drawnSigns(examples)
    let count = rows.count / examples
    let blocks = (count + Bootstrap.rowsAtATime - 1) / Bootstrap.rowsAtATime
    return try Workers.map(blocks, threads: threads) { number -> [Double] in
      let range = number * Bootstrap.rowsAtATime..<min(count, (number + 1) * Bootstrap.rowsAtATime)
      let block = RowBlock(rows, range, examples: examples, centred: false)
      let (sums, draws) = (block.products(with: signs), signs.shape[0])
      return block.rows.map { row -> Double in
        guard row.count > 0 else { return .nan }
        // As far from 0 up to rounding: sums of float32 products differ in their last digits though they are of the same numbers.
        let bound = Float(abs(row.mean) * Double(row.count) - 1e-5 * row.size)
        let asFar = sums[row.index * draws..<(row.index + 1) * draws].count { abs($0) >= bound }
        return isExact ? Double(asFar) / Double(draws) : Double(1 + asFar) / Double(1 + draws)
      }
    }.flatMap(\.self)
  }

  /// Whether all choices of signs of so many numbers are gone through.
  public func isExact(_ examples: Int) -> Bool { examples < 30 && 1 << examples <= flips }

  private func allSigns(_ examples: Int) -> Tensor {
    let count = 1 << examples
    return Tensor(
      shape: [count, examples],
      (0..<count).flatMap { number in (0..<examples).map { number >> $0 & 1 == 1 ? Float(-1) : 1 } })
  }

  private func drawnSigns(_ examples: Int) -> Tensor {
    var generator = SplitMix64(seed: seed)
    var signs: [Float] = []
    signs.reserveCapacity(flips * examples)
    var (bits, left): (UInt64, Int) = (0, 0)
    for _ in 0..<flips * examples {
      if left == 0 { (bits, left) = (generator.next(), 64) }
      signs.append(bits & 1 == 1 ? -1 : 1)
      (bits, left) = (bits >> 1, left - 1)
    }
    return Tensor(shape: [flips, examples], signs)
  }

  /// The share of false discoveries that one must bear to take each in (Benjamini and Hochberg 1995). NaN stays NaN and does not count.
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
