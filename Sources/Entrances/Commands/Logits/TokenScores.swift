import Diagnostics
import Foundation
import Tensors

/// The logits over the vocabulary at one position.
struct TokenScores: Sendable {
  private let logits: [Float]
  /// log of the sum of exp(logit), the softmax's denominator.
  private let logSum: Double

  /// - Parameters:
  ///   - scores: [positions, vocabulary]
  ///   - row: which position.
  init(_ scores: Tensor, row: Int) {
    let vocabulary = scores.shape.last ?? 0
    logits = scores.withValues { Array($0[row * vocabulary..<(row + 1) * vocabulary]) }
    let largest = Double(logits.max() ?? 0)
    logSum = largest + log(logits.reduce(0) { $0 + exp(Double($1) - largest) })
  }

  func logit(_ token: Int32) -> Float { logits[Int(token)] }

  func probability(_ token: Int32) -> Double { exp(Double(logit(token)) - logSum) }

  /// How many tokens have a higher logit: 0 is the top.
  func rank(_ token: Int32) -> Int {
    let own = logit(token)
    return logits.count { $0 > own }
  }

  /// The tokens with the highest logits, highest first; ties are in the order of their ids.
  func top(_ count: Int) -> [Int32] {
    var best: [Int] = []
    for index in logits.indices {
      if best.count == count, let last = best.last, logits[index] <= logits[last] { continue }
      let place = best.firstIndex { logits[$0] < logits[index] } ?? best.count
      best.insert(index, at: place)
      if best.count > count { best.removeLast() }
    }
    return best.map(Int32.init)
  }
}

/// A probability: four decimals, or its order of magnitude if those would be 0.
func probability(_ number: Double) -> String {
  number >= 0.0001 || number == 0 ? decimal(number, 4) : String(format: "%.0e", number)
}
