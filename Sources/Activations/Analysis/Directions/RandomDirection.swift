import Diagnostics
import Foundation

extension Direction {
  /// A direction that knows nothing, every one as likely as any other, seeded: what a reader is worth is measured against it.
  /// - Precondition: a positive width.
  public static func random(width: Int, seed: UInt64) -> Direction {
    precondition(width > 0, "a direction of width \(width)")
    var generator = SplitMix64(seed: seed)
    // Independent normal numbers point anywhere with equal likelihood (Box and Muller 1958).
    let vector = (0..<width).map { _ in
      let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &generator))).squareRoot()
      return radius * cos(2 * Double.pi * Double.random(in: 0..<1, using: &generator))
    }
    let length = Vectors.norm(vector)
    // All-zero draws have no likelihood worth a case of their own.
    return length > 0
      ? Direction(unit: Vectors.scaled(vector, by: 1 / length), length: 1) : random(width: width, seed: seed &+ 1)
  }
}
