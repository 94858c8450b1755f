import Foundation
import Tensors
import Testing

/// The kernels of training compared with the formulas in double precision.
@Suite struct TrainingKernelTests {
  /// -log softmax at the target, and softmax minus one at the target.
  private static func plain(
    _ logits: [Float], width: Int, targets: [Int32], scale: Double
  ) -> (sum: Double, derivative: [Double]) {
    var (sum, derivative) = (0.0, [Double]())
    for (row, target) in targets.enumerated() {
      let own = logits[row * width..<(row + 1) * width].map(Double.init)
      let most = own.max() ?? 0
      let total = own.reduce(0) { $0 + exp($1 - most) }
      sum += log(total) + most - own[Int(target)]
      derivative += own.indices.map { scale * (exp(own[$0] - most) / total - ($0 == Int(target) ? 1 : 0)) }
    }
    return (sum, derivative)
  }

  @Test func crossEntropyOfEverySmallShapeAndTarget() {
    var numbers = Numbers(seed: 1)
    for width in 1...20 {
      for target in 0..<width {
        let targets = [Int32(target), Int32(width - 1 - target)]
        let logits = numbers.tensor([2, width], in: -8...8)
        let (sum, derivative) = logits.crossEntropy(targets, scale: 0.25)
        let plain = Self.plain(logits.values, width: width, targets: targets, scale: 0.25)
        #expect(abs(sum - plain.sum) < 1e-5 * max(1, plain.sum))
        #expect(largestError(derivative.values, plain.derivative) < 1e-6)
        #expect(derivative.shape == logits.shape)
      }
    }
  }

  @Test func crossEntropyOfExtremeScores() {
    // The target far below, far above, and all equal at a height where exp alone overflows.
    let logits = Tensor(shape: [3, 3], [0, 300, -300, 1e4, 0, 0, 5000, 5000, 5000])
    let (sum, derivative) = logits.crossEntropy([2, 0, 1], scale: 1)
    #expect(abs(sum - (600 + 0 + log(3.0))) < 1e-3)
    #expect(largestError(derivative.values, [0, 1, -1, 0, 0, 0, 1 / 3.0, -2 / 3.0, 1 / 3.0]) < 1e-6)
  }

  @Test(arguments: [Float.nan, .infinity]) func whatIsNoNumberShows(bad: Float) {
    for place in 0..<3 {
      var values: [Float] = [1, 2, 3]
      values[place] = bad
      #expect(!Tensor(shape: [1, 3], values).crossEntropy([1], scale: 1).sum.isFinite, "\(bad) at \(place)")
    }
  }

  @Test func squaresAddUp() {
    var numbers = Numbers(seed: 2)
    for count in 0...70 {
      let tensor = numbers.tensor([count])
      let plain = tensor.values.reduce(0) { $0 + Double($1) * Double($1) }
      #expect(abs(tensor.squaredSum - plain) <= 1e-12 * max(1, plain))
    }
    // Squares beyond the range of float32.
    #expect(abs(Tensor(shape: [2], [3e30, 4e30]).squaredSum - 25e60) < 1e55)
  }

  /// Loshchilov and Hutter 2019, Algorithm 2, number by number in double precision.
  @Test func severalStepsOfAdamW() {
    let (rate, beta1, beta2, epsilon, decay) = (0.01, 0.9, 0.98, 1e-8, 0.1)
    var numbers = Numbers(seed: 3)
    for count in [1, 7, 16, 33, 100] {
      var w = numbers.tensor([count])
      var (m, v) = (Tensor(shape: [count]), Tensor(shape: [count]))
      var plain = w.values.map { (w: Double($0), m: 0.0, v: 0.0) }
      for step in 1...6 {
        let g = numbers.tensor([count])
        let corrections = (1 / (1 - pow(beta1, Double(step))), 1 / (1 - pow(beta2, Double(step))))
        w.stepAdamW(
          first: &m, second: &v, gradient: g, gradientScale: 0.5, rate: Float(rate),
          betas: (Float(beta1), Float(beta2)), epsilon: Float(epsilon), decay: Float(decay),
          corrections: (Float(corrections.0), Float(corrections.1)))
        for (i, gradient) in g.values.enumerated() {
          let half = Double(gradient) / 2
          plain[i].m = beta1 * plain[i].m + (1 - beta1) * half
          plain[i].v = beta2 * plain[i].v + (1 - beta2) * half * half
          let (mean, square) = (plain[i].m * corrections.0, plain[i].v * corrections.1)
          plain[i].w -= rate * (mean / (square.squareRoot() + epsilon) + decay * plain[i].w)
        }
      }
      #expect(largestError(w.values, plain.map(\.w)) < 2e-6)
      #expect(largestError(m.values, plain.map(\.m)) < 2e-6)
      #expect(largestError(v.values, plain.map(\.v)) < 2e-6)
    }
  }

  @Test func addingInPlaceLeavesCopiesAlone() {
    var a = Tensor(shape: [3], [1, 2, 3])
    let copy = a
    a.accumulate(Tensor(shape: [3], [10, 20, 30]))
    #expect(a.values == [11, 22, 33])
    #expect(copy.values == [1, 2, 3])
  }
}
