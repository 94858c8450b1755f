import Foundation
import Tensors

extension OptimizerSpec {
  /// The factor that shortens a gradient of this norm to `clip` if it is longer.
  package func shrink(norm: Double) -> Float {
    guard let clip, norm > Double(clip) else { return 1 }
    return Float(Double(clip) / norm)
  }

  /// Changes weights and moments in place by one step of AdamW; `state.step` does not change.
  /// - Parameter steps: the total number of steps.
  func apply(_ gradients: GradientSum, to state: inout TrainingState, of steps: Int, threads: Int) {
    let shrink = shrink(norm: gradients.norm)
    let rate = rate(step: state.step, of: steps)
    let count = Double(state.step + 1)
    let corrections = (Float(1 / (1 - pow(Double(beta1), count))), Float(1 / (1 - pow(Double(beta2), count))))
    state.weights.withUnsafeMutableBufferPointer { weights in
      state.first.withUnsafeMutableBufferPointer { first in
        state.second.withUnsafeMutableBufferPointer { second in
          // Pieces touch different weights.
          nonisolated(unsafe) let (weights, first, second) = (weights, first, second)
          WorkerPool.map(count: weights.count, threads: threads) { index in
            let isMatrix = weights[index].shape.count > 1
            weights[index].stepAdamW(
              first: &first[index], second: &second[index], gradient: gradients.weights[index], gradientScale: shrink,
              rate: rate, betas: (beta1, beta2), epsilon: epsilon, decay: isMatrix ? weightDecay : 0,
              corrections: corrections)
          }
        }
      }
    }
  }
}
