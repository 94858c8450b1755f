import Foundation
import Tensors

/// The best rate of matrix products on this machine, with workers in parallel.
enum PeakProduct {
  /// Floating-point operations per second, the best of several runs over the shapes of GPT-2 small's MLP with 512 rows.
  static func measure(workers: Int) -> Double {
    rates(workers: workers).best
  }

  /// The best rate by wall time, and the mean rate by the processor time of this process, as if each worker had a
  /// processor to itself.
  static func rates(workers: Int) -> (best: Double, byProcessorTime: Double) {
    let weight = Tensor(shape: [768, 3072], repeating: 0.01)
    let inputs = (0..<workers).map { _ in Tensor(shape: [512, 768], repeating: 0.5) }
    let repetitions = 12
    let rounds = 8
    let before = ProcessClock.processorSeconds
    let seconds = bestSeconds(of: rounds) {
      DispatchQueue.concurrentPerform(iterations: workers) { worker in
        ProductThreads.set(1)
        defer { ProductThreads.set(workers) }
        for _ in 0..<repetitions { _ = inputs[worker].linear(weight.matrix, transposed: false) }
      }
    }
    let operations = Double(workers * repetitions) * 2 * 512 * 768 * 3072
    let processorSeconds = (ProcessClock.processorSeconds - before) / Double(workers)
    return (operations / seconds, operations * Double(rounds) / processorSeconds)
  }
}
