import CKernels
import Foundation
import Tensors
import Testing

/// Elementwise kernels compared with their plain versions, over the whole range in which they do something.
@Suite struct ElementwiseTests {
  private static let functions: [Nonlinearity] = [.relu, .gelu, .geluNew, .silu, .softCap(1), .softCap(30)]

  /// Numbers evenly spaced between two bounds, and around 0 down to the smallest.
  private static func scan(_ bounds: ClosedRange<Float>, count: Int = 400_000) -> [Float] {
    let step = (Double(bounds.upperBound) - Double(bounds.lowerBound)) / Double(count)
    let even = (0...count).map { Float(Double(bounds.lowerBound) + Double($0) * step) }
    let small = (0..<140).flatMap { power in
      [Float(sign: .plus, exponent: -power, significand: 1.3), -Float(sign: .plus, exponent: -power, significand: 1.7)]
    }
    return even + small.filter { bounds.contains($0) } + [0, -0.0]
  }

  /// The largest error and its place, in units of the last place of the exact value but at least `floor`.
  private static func worst(_ x: [Float], _ fast: [Float], floor: Double, _ exact: (Double) -> Double) -> (
    Double, Float
  ) {
    var worst = (error: 0.0, at: Float(0))
    for (x, y) in zip(x, fast) {
      let value = exact(Double(x))
      let error = abs(Double(y) - value) / max(Double(Float(value).ulp), floor)
      if !(error <= worst.error) { worst = (error, x) }
    }
    return worst
  }

  @Test func exponential() {
    let x = Self.scan(-87.3...88.7)
    var fast = [Float](repeating: 0, count: x.count)
    pb_exp(&fast, x, Int64(x.count))
    let (error, at) = Self.worst(x, fast, floor: 0, exp)
    #expect(error < 2, "\(error) units in the last place at \(at)")
    for (x, y) in [(-Float.infinity, Float(0)), (-1000, 0), (-88, 0), (0, 1), (89, .infinity), (.infinity, .infinity)] {
      var out: Float = 5
      pb_exp(&out, [x], 1)
      #expect(out == y, "exp(\(x))")
    }
    var out: Float = 5
    pb_exp(&out, [.nan], 1)
    #expect(out.isNaN)
  }

  @Test func hyperbolicTangent() {
    let x = Self.scan(-12...12)
    let fast = Tensor(shape: [x.count], x).applying(.softCap(1)).values
    let (error, at) = Self.worst(x, fast, floor: 0, tanh)
    #expect(error < 4, "\(error) units in the last place at \(at)")
    #expect(fast.allSatisfy { abs($0) <= 1 })
  }

  @Test func exactGelu() {
    let x = Self.scan(-8...8)
    let fast = Tensor(shape: [x.count], x).applying(.gelu).values
    // Far below 0 the value is the difference of two numbers near 1, so its error is that of 1, times x.
    let (error, at) = Self.worst(x, fast, floor: 0x1p-23) { ReferenceKernels.value(of: .gelu, at: $0) }
    #expect(error < 8, "\(error) units at \(at)")
  }

  @Test func tanhGelu() {
    let x = Self.scan(-8...8)
    let fast = Tensor(shape: [x.count], x).applying(.geluNew).values
    let (error, at) = Self.worst(x, fast, floor: 0x1p-23) { ReferenceKernels.value(of: .geluNew, at: $0) }
    #expect(error < 8, "\(error) units at \(at)")
  }

  @Test func silu() {
    let x = Self.scan(-80...80)
    let fast = Tensor(shape: [x.count], x).applying(.silu).values
    let (error, at) = Self.worst(x, fast, floor: 0) { ReferenceKernels.value(of: .silu, at: $0) }
    #expect(error < 4, "\(error) units in the last place at \(at)")
  }

  @Test func farFromZeroEveryFunctionIsAtItsLimit() {
    for magnitude: Float in [20, 90, 1000, 1e10, 1e30] {
      for (f, low, high) in [
        (Nonlinearity.relu, Float(0), magnitude), (.gelu, 0, magnitude), (.geluNew, 0, magnitude),
        (.silu, 0, magnitude),
        (.softCap(1), -1, 1), (.softCap(0.5), -0.5, 0.5),
      ] {
        let found = Tensor(shape: [2], [-magnitude, magnitude]).applying(f).values
        #expect(abs(found[0] - low) < 1e-6 && found[1] == high, "\(f) of \(magnitude): \(found)")
      }
    }
  }

  @Test func whatIsNoNumberStaysNone() {
    for count in [1, 2, 7, 16, 17, 33] {
      for place in 0..<count {
        var x = Tensor(shape: [count], repeating: 0.5)
        x.withMutableValues { $0[place] = .nan }
        for f in Self.functions {
          let found = x.applying(f).values
          for i in 0..<count { #expect(found[i].isNaN == (i == place), "\(f) of \(count)") }
        }
      }
    }
  }

  @Test func everyLengthGivesTheSameNumbers() {
    var numbers = Numbers(seed: 1)
    for count in Array(0...4) + [15, 16, 17, 31, 33, 65] {
      let (a, b) = (numbers.tensor([count], in: -5...5), numbers.tensor([count], in: -5...5))
      for f in Self.functions {
        let error = largestError(a.applying(f).values, ReferenceKernels.applying(f, a))
        #expect(error < 2e-6, "\(f) of \(count): \(error)")
      }
      #expect(largestError(a.adding(b).values, ReferenceKernels.sum(a, b)) <= 0x1p-21)
      #expect(largestError(a.multiplied(by: b).values, ReferenceKernels.product(a, b)) <= 0x1p-20)
      #expect(largestError(a.scaled(by: 0.3).values, ReferenceKernels.scaled(a, by: 0.3)) <= 0x1p-23)
      var sum = a
      sum.add(b)
      #expect(sum == a.adding(b))
    }
  }
}
