import Diagnostics
import Patching
import Tensors

/// Random tensors, and how far a fast kernel's numbers are from the plain version's.
struct Numbers {
  private var generator: SplitMix64

  init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  mutating func tensor(_ shape: [Int], in range: ClosedRange<Float> = -2...2) -> Tensor {
    Tensor(shape: shape, (0..<shape.reduce(1, *)).map { _ in Float.random(in: range, using: &generator) })
  }

  /// Of either sign and any magnitude from 10^-`powers` to 10^`powers`.
  mutating func spread(_ shape: [Int], powers: Float) -> Tensor {
    var values: [Float] = []
    for _ in 0..<shape.reduce(1, *) {
      let magnitude = Float.random(in: -powers...powers, using: &generator)
      values.append((Bool.random(using: &generator) ? 1 : -1) * Float.exp10(magnitude))
    }
    return Tensor(shape: shape, values)
  }

  /// A matrix that is part of a wider and higher one.
  mutating func view(_ rows: Int, _ columns: Int, in range: ClosedRange<Float> = -2...2) -> Matrix {
    let whole = tensor([rows + 3, columns + 5], in: range).matrix
    return whole.rows(1..<rows + 1).columns(3..<columns + 3)
  }
}

extension Float {
  fileprivate static func exp10(_ power: Float) -> Float {
    var value: Float = 1
    for _ in 0..<Int(abs(power)) { value *= power < 0 ? 0.1 : 10 }
    return value * (1 + abs(power).truncatingRemainder(dividingBy: 1) * (power < 0 ? -0.9 : 9))
  }
}

/// The largest difference in units of `scale` (element by element; 1 if nil); infinite if only one is NaN or sizes
/// differ.
func largestError(_ fast: [Float], _ plain: [Double], scale: [Double]? = nil) -> Double {
  guard fast.count == plain.count else { return .infinity }
  var worst = 0.0
  for (i, (a, b)) in zip(fast, plain).enumerated() where Double(a) != b && !(a.isNaN && b.isNaN) {
    let error = abs(Double(a) - b) / (scale?[i] ?? 1)
    worst = error.isNaN ? .infinity : max(worst, error)
  }
  return worst
}
