import Foundation
import Tensors
import Testing
import Training

/// Schedules, clipping, and what decays.
@Suite struct OptimizerTests {
  private static func rates(_ decay: OptimizerSpec.Decay, warmUp: Int, steps: Int, final: Float = 0.1) -> [Float] {
    let optimizer = OptimizerSpec(learningRate: 2, warmUp: warmUp, decay: decay, finalShare: final)
    return (0..<steps).map { optimizer.rate(step: $0, of: steps) }
  }

  private static let schedules: [(OptimizerSpec.Decay, Int, Int, [Double])] = [
    (.constant, 2, 5, [1, 2, 2, 2, 2]),
    (.linear, 2, 5, [1, 2, 2, 1.1, 0.2]),
    (.cosine, 2, 5, [1, 2, 2, 1.1, 0.2]),
    (.linear, 0, 5, [2, 1.55, 1.1, 0.65, 0.2]),
    (.cosine, 0, 4, [2, 1.55, 0.65, 0.2]),
    (.cosine, 4, 4, [0.5, 1, 1.5, 2]),
    (.linear, 3, 4, [2 / 3.0, 4 / 3.0, 2, 2]),
    (.cosine, 0, 1, [2]),
  ]

  @Test(arguments: schedules)
  func rates(decay: OptimizerSpec.Decay, warmUp: Int, steps: Int, expected: [Double]) {
    for (rate, value) in zip(Self.rates(decay, warmUp: warmUp, steps: steps), expected) {
      #expect(abs(Double(rate) - value) < 1e-6, "\(decay), \(warmUp) of \(steps)")
    }
  }

  @Test func ratesNeverLeaveTheirBounds() {
    for decay in OptimizerSpec.Decay.allCases {
      for steps in 1...12 {
        for warmUp in 0...steps {
          let rates = Self.rates(decay, warmUp: warmUp, steps: steps, final: 0)
          #expect(rates.allSatisfy { $0 >= 0 && $0 <= 2 })
          #expect(zip(rates.dropFirst(warmUp), rates.dropFirst(warmUp + 1)).allSatisfy { $0 >= $1 })
        }
      }
    }
  }

  @Test func longGradientsAreShortened() {
    #expect(OptimizerSpec(clip: 2).shrink(norm: 8) == 0.25)
    #expect(OptimizerSpec(clip: 2).shrink(norm: 2) == 1)
    #expect(OptimizerSpec(clip: 2).shrink(norm: 0) == 1)
    #expect(OptimizerSpec(clip: nil).shrink(norm: 1e9) == 1)
  }

  /// Adam's steps hardly depend on the gradient's length unless epsilon is large; then a clipped step is shorter.
  @Test func clippingReachesTheWeights() throws {
    func change(clip: Float?) throws -> Double {
      let optimizer = OptimizerSpec(
        learningRate: 1, warmUp: 0, decay: .constant, epsilon: 1000, weightDecay: 0, clip: clip)
      let trainer = Samples.trainer(try Samples.recipe(optimizer: optimizer))
      var state = trainer.start()
      let before = state.weights
      _ = try trainer.step(&state)
      return zip(before, state.weights).reduce(0) { sum, pair in
        sum + zip(pair.0.values, pair.1.values).reduce(0) { $0 + pow(Double($1.0 - $1.1), 2) }
      }.squareRoot()
    }
    let (free, clipped) = (try change(clip: nil), try change(clip: 1e-3))
    #expect(abs(clipped / 1e-6 - 1) < 0.01, "a step of \(clipped)")
    #expect(free > 10 * clipped)
  }

  @Test func onlyMatricesDecay() throws {
    // Gradients clipped to zero leave only the decay.
    let optimizer = OptimizerSpec(
      learningRate: 0.5, warmUp: 0, decay: .constant, epsilon: 1, weightDecay: 0.5, clip: 1e-30)
    let trainer = Samples.trainer(try Samples.recipe(optimizer: optimizer))
    var state = trainer.start()
    let before = state.weights
    _ = try trainer.step(&state)
    for (declaration, (old, new)) in zip(trainer.graph.weights, zip(before, state.weights)) {
      let factor: Float = declaration.shape.count == 1 ? 1 : 0.75
      for (a, b) in zip(old.values, new.values) { #expect(abs(b - factor * a) < 1e-6, "\(declaration.name)") }
    }
  }

  /// The first step from moments of 0 moves every weight by the rate, whatever the gradient.
  @Test func theFirstStepIsAsLongAsTheRate() throws {
    let optimizer = OptimizerSpec(
      learningRate: 0.25, warmUp: 0, decay: .constant, epsilon: 1e-30, weightDecay: 0, clip: nil)
    let trainer = Samples.trainer(try Samples.recipe(optimizer: optimizer))
    var state = trainer.start()
    let before = state.weights
    _ = try trainer.step(&state)
    var moved = 0
    for (old, new) in zip(before, state.weights) {
      for (a, b) in zip(old.values, new.values) where a != b {
        moved += 1
        #expect(abs(abs(a - b) - 0.25) < 1e-5)
      }
    }
    #expect(moved > 700)
  }
}
