import Diagnostics
import Execution
import Mazes
import Patching
import Tensors

extension MazeSteeringStudy {
  /// The vectors that are not each maze's own: the mean, or every maze's; [source][term][site][features]. Empty if each
  /// maze has its own.
  func sharedVectors(threads: Int) throws -> [[[[Float]]]] {
    switch spec.source {
    case .own: []
    case .mean: [randomized(try meanDifferences(threads: threads), seed: 0)]
    case .every: try differencesOfAll(threads: threads).enumerated().map { randomized($1, seed: UInt64($0)) }
    }
  }

  /// A maze's own vectors: [term][site][features].
  func vectors(_ number: Int) throws -> [[[Float]]] {
    randomized(try differences(number), seed: UInt64(number))
  }

  /// The mean over mazes of each vector that is computed in them and is not a control, at the first site: ready for a
  /// file, apart from its origin.
  func meanVectors(threads: Int) throws -> [(vector: MazeSteeringSpec.Vector, values: [Float])] {
    zip(spec.terms, try meanDifferences(threads: threads)).compactMap { term, values in
      let isKept = !term.vector.isRandom && MazeSteeringSpec.Vector.made.contains(term.vector)
      return isKept ? (term.vector, values[0]) : nil
    }
  }

  /// The difference that defines each term in a maze, before controls are randomised: [term][site][features].
  private func differences(_ number: Int) throws -> [[[Float]]] {
    let maze = mazes[number]
    return try spec.terms.map { term in
      let (with, without): (Maze, Maze)
      switch term.vector {
      case .cheese, .randomCheese: (with, without) = (maze, try maze.withoutCheese())
      case .topRight, .randomTopRight: (with, without) = (try maze.withPathToTopRight(), maze)
      case .stored(let vector): return sites.map { _ in vector }
      }
      let run = try Oracle(model).run(
        try Batch(observations: observations(of: [with, without])), keeping: sites.map(\.id))
      return sites.map { site in
        let plus = run.withExample(0, of: site) { Array($0) }
        let minus = run.withExample(1, of: site) { Array($0) }
        return zip(plus, minus).map { $0 - $1 }
      }
    }
  }

  /// Every maze's differences: [maze][term][site][features].
  private func differencesOfAll(threads: Int) throws -> [[[[Float]]]] {
    try WorkerPool.map(count: mazes.count, threads: threads) { number in
      try Task.checkCancellation()
      return try differences(number)
    }
  }

  /// The mean of every maze's differences: [term][site][features].
  private func meanDifferences(threads: Int) throws -> [[[Float]]] {
    let all = try differencesOfAll(threads: threads)
    return spec.terms.indices.map { term in
      sites.indices.map { site in
        let sum = all.dropFirst().reduce(into: all[0][term][site]) { sum, own in
          for i in sum.indices { sum[i] += own[term][site][i] }
        }
        return sum.map { $0 / Float(all.count) }
      }
    }
  }

  /// Differences with controls randomised: as long as the difference that they replace, whether a maze's or the mean.
  private func randomized(_ differences: [[[Float]]], seed: UInt64) -> [[[Float]]] {
    zip(spec.terms, differences).map { term, bySite in
      guard term.vector.isRandom else { return bySite }
      // Two controls in one study point in different directions.
      let own = seed &+ (term.vector == .randomCheese ? 0 : 1 << 32)
      return bySite.map { Self.random(like: $0, seed: own) }
    }
  }

  /// A random direction as long as a vector.
  private static func random(like vector: [Float], seed: UInt64) -> [Float] {
    var generator = SplitMix64(seed: seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x7261_6E64)
    // Nearly normal: the sum of twelve uniform numbers.
    let direction = vector.map { _ in
      (0..<12).reduce(-6.0) { sum, _ in sum + Double(generator.next() >> 11) * 0x1p-53 }
    }
    let scale = length(vector) / direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return direction.map { Float($0 * scale) }
  }

  static func length(_ vector: some Collection<Float>) -> Double {
    vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
}
