import Diagnostics
import Foundation

extension Direction {
  /// A random direction, uniformly distributed and seeded: the control for a reader.
  /// - Precondition: a positive width.
  public static func random(width: Int, seed: UInt64) -> Direction {
    precondition(width > 0, "a direction of width \(width)")
    var generator = SplitMix64(seed: seed)
    // A vector of independent normal numbers is uniform in direction (Box and Muller 1958).
    let vector = (0..<width).map { _ in
      let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &generator))).squareRoot()
      return radius * cos(2 * Double.pi * Double.random(in: 0..<1, using: &generator))
    }
    let length = Vectors.norm(vector)
    // A draw of all zeros is too unlikely for a case of its own.
    return length > 0
      ? Direction(unit: Vectors.scaled(vector, by: 1 / length), length: 1) : random(width: width, seed: seed &+ 1)
  }
}
