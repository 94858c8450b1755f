import Analysis
import Diagnostics
import Foundation
import Tensors

/// Random activations with classes, seeded.
struct Numbers {
  private var generator: SplitMix64

  init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  mutating func normal() -> Double {
    let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &generator))).squareRoot()
    return radius * cos(2 * Double.pi * Double.random(in: 0..<1, using: &generator))
  }

  mutating func whole(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }

  /// Rows whose features differ in scale, with a mean, and shifted along one feature after another by their class.
  mutating func examples(_ count: Int, _ width: Int, classes: Int = 2, shift: Double = 1) throws -> Examples {
    let labels = (0..<count).map { $0 % classes }
    var values: [Float] = []
    for label in labels {
      var shared = normal()
      for feature in 0..<width {
        let own = normal() * (1 + Double(feature % 3))
        let offset = (feature % classes == label ? shift : 0) + (feature == 1 ? 20 : 0)
        values.append(Float(own + 0.5 * shared + offset))
        shared = -shared
      }
    }
    return try Examples(
      rows: Tensor(shape: [count, width], values).matrix, classes: labels, names: (0..<classes).map { "class \($0)" })
  }

  mutating func pairs(_ count: Int, _ width: Int) throws -> Pairs {
    let positive = try examples(count, width).rows
    let negative = try examples(count, width).rows
    let shifted = Tensor(
      shape: [count, width],
      positive.tensor.values.enumerated().map { $1 + ($0 % width == 0 ? 2 : 0) + Float($0 / width % 5) })
    return try Pairs(positive: shifted.matrix, negative: negative)
  }
}

func matrix(_ rows: [[Float]]) -> Matrix { Tensor(shape: [rows.count, rows[0].count], Array(rows.joined())).matrix }

func near(_ a: Double, _ b: Double, _ tolerance: Double = 1e-9) -> Bool { abs(a - b) <= tolerance * (1 + abs(b)) }

func near(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-9) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { near($0, $1, tolerance) }
}
