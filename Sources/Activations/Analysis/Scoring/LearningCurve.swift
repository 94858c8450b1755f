import Diagnostics
import Tensors

/// How a reader's accuracy grows with the number of training pairs.
public struct LearningCurve: Sendable, Equatable {
  public struct Point: Sendable, Equatable {
    /// Pairs trained on.
    public let pairs: Int
    /// The mean accuracy over draws of that many pairs, with the range that holds the share `level` of the draws.
    public let accuracy: Interval
    /// The direction from the first draw's pairs.
    public let direction: Direction
  }

  public let points: [Point]

  init(points: [Point]) { self.points = points }

  /// - Parameters:
  ///   - method: how each reader is trained.
  ///   - pairs: to draw from.
  ///   - testing: examples to score on, none of them in the pairs.
  ///   - sizes: numbers of pairs.
  ///   - draws: readers trained for each size, on pairs drawn without replacement, seeded.
  ///   - threads: nil for one per core; the result does not depend on it.
  /// - Throws: `AnalysisError` for a size larger than there are pairs, and what training throws.
  public init(
    _ method: ReaderMethod, pairs: Pairs, testing: Examples, sizes: [Int], draws: Int = 10, level: Double = 0.95,
    seed: UInt64 = 0, threads: Int? = nil
  ) throws {
    if let bad = sizes.first(where: { $0 > pairs.count }) {
      throw AnalysisError.tooMany(what: "training pairs", asked: bad, limit: pairs.count)
    }
    if let bad = sizes.first(where: { $0 < 1 }) { throw AnalysisError.tooFewPairs(found: bad, needed: 1) }
    guard draws > 0 else { throw AnalysisError.tooFewExamples(purpose: "a learning curve", found: 0, needed: 1) }
    let readers = try WorkerPool.map(count: sizes.count * draws, threads: threads) { piece in
      let (size, draw) = (sizes[piece / draws], piece % draws)
      // Each draw has the same order for all sizes, so that a curve grows by adding pairs.
      var generator = SplitMix64(seed: seed &+ UInt64(draw) &* 0x9E37_79B9_7F4A_7C15)
      let order = Array(0..<pairs.count).shuffled(using: &generator)
      let chosen = try pairs.picking(Array(order[..<size]))
      let reader = try Reader(method, training: chosen.examples(names: testing.names), pairs: chosen)
      return (try reader.scored(on: testing, intervals: Bootstrap(redraws: 0)).accuracy.value, reader.direction)
    }
    let bounds = Bootstrap(level: level)
    points = sizes.enumerated().map { index, size in
      let own = readers[index * draws..<(index + 1) * draws]
      let values = own.map(\.0)
      return Point(
        pairs: size, accuracy: bounds.interval(values.reduce(0, +) / Double(draws), values),
        direction: readers[index * draws].1)
    }
  }
}
