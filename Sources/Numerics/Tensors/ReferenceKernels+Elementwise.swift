import Foundation

extension ReferenceKernels {
  /// f of one number; NaN stays NaN.
  package static func value(of f: Nonlinearity, at x: Double) -> Double {
    switch f {
    case .relu: x < 0 ? 0 : x
    // x Phi(x), with Phi from the complementary error function, which loses nothing far below 0.
    case .gelu: 0.5 * x * erfc(-x / 2.0.squareRoot())
    case .geluNew: 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .silu: x / (1 + exp(-x))
    case .softCap(let cap): Double(cap) * tanh(x / Double(cap))
    }
  }

  /// f of every number.
  package static func applying(_ f: Nonlinearity, _ x: Tensor) -> [Double] { numbers(x).map { value(of: f, at: $0) } }

  /// The elementwise sum.
  package static func sum(_ a: Tensor, _ b: Tensor) -> [Double] { zip(numbers(a), numbers(b)).map { $0 + $1 } }

  /// The elementwise product.
  package static func product(_ a: Tensor, _ b: Tensor) -> [Double] { zip(numbers(a), numbers(b)).map { $0 * $1 } }

  /// Every number times `factor`.
  package static func scaled(_ x: Tensor, by factor: Float) -> [Double] { numbers(x).map { $0 * Double(factor) } }
}
