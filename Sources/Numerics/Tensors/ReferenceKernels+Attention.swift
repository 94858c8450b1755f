import Foundation

extension ReferenceKernels {
  /// Scores of some destinations of one prompt: [queryHeads, destinations, n]. See `Tensor.attentionScores`.
  /// - Parameters:
  ///   - queries: [destinations, queryHeads, dHead]
  ///   - keys: [n, keyValueHeads, dHead]
  package static func attentionScores(
    queries: Tensor, destinations: Range<Int>, keys: Tensor, positions n: Int, shape: AttentionShape, scale: Float,
    softCap: Float?, visible: (Int) -> Range<Int>
  ) -> [Double] {
    let (q, k) = (cut(numbers(queries), shape.dHead), cut(numbers(keys), shape.dHead))
    var scores: [Double] = []
    for head in 0..<shape.queryHeads {
      let shared = head / (shape.queryHeads / shape.keyValueHeads)
      for (place, destination) in destinations.enumerated() {
        for source in 0..<n {
          guard visible(destination).contains(source) else {
            scores.append(-.infinity)
            continue
          }
          let query = q[place * shape.queryHeads + head]
          let score = Double(scale) * dot(query, k[source * shape.keyValueHeads + shared])
          scores.append(softCap.map { value(of: .softCap($0), at: score) } ?? score)
        }
      }
    }
    return scores
  }

  /// The softmax of every row; a row with only -infinity becomes 0, since nothing may be attended to.
  package static func softmaxRows(_ values: [Float], width: Int) -> [Double] {
    cut(values.map(Double.init), width).flatMap { row -> [Double] in
      guard let largest = row.max(), !row.allSatisfy({ $0 == -.infinity }) else { return row.map { _ in 0 } }
      let exponentials = row.map { exp($0 - largest) }
      let sum = exponentials.reduce(0, +)
      return exponentials.map { $0 / sum }
    }
  }

  /// Weighted means of values for some destinations: [destinations, queryHeads, dHead]. See `Tensor.attentionMix`.
  /// - Parameters:
  ///   - pattern: [queryHeads, destinations, n]
  ///   - values: [n, keyValueHeads, dHead]
  package static func attentionMix(
    pattern: Tensor, destinations: Int, values: Tensor, positions n: Int, shape: AttentionShape
  ) -> [Double] {
    let (weights, v) = (cut(numbers(pattern), n), cut(numbers(values), shape.dHead))
    return (0..<destinations).flatMap { place in
      (0..<shape.queryHeads).flatMap { head in
        let shared = head / (shape.queryHeads / shape.keyValueHeads)
        return (0..<shape.dHead).map { i in
          dot(weights[head * destinations + place], (0..<n).map { v[$0 * shape.keyValueHeads + shared][i] })
        }
      }
    }
  }

  /// Rotary position embedding of each head's leading features, half-split. See `Tensor.rotated`.
  package static func rotated(
    _ x: Tensor, heads: Int, positions: [Int], inverseFrequencies: [Float], amplitude: Float,
    adjacentPairs: Bool = false
  ) -> [Double] {
    guard !positions.isEmpty else { return [] }
    let half = inverseFrequencies.count
    let width = x.count / (positions.count * heads)
    return cut(numbers(x), width).enumerated().flatMap { place, head -> [Double] in
      var turned = head
      for i in 0..<half {
        let angle = Double(positions[place / heads]) * Double(inverseFrequencies[i])
        let (c, s) = (cos(angle) * Double(amplitude), sin(angle) * Double(amplitude))
        let (first, second) = adjacentPairs ? (2 * i, 2 * i + 1) : (i, i + half)
        turned[first] = head[first] * c - head[second] * s
        turned[second] = head[second] * c + head[first] * s
      }
      return turned
    }
  }
}
