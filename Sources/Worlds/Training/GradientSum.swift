import Tensors

/// The gradients of a batch's parts, added in the order of the parts.
struct GradientSum: Sendable {
  /// One for each weight, in the order of the graph's declarations.
  private(set) var weights: [Tensor]
  /// The norm of the gradient over all weights.
  let norm: Double

  /// - Parameter parts: the gradients with respect to every weight, part by part; at least one part.
  init(of parts: [[Tensor]], threads: Int) {
    var parts = parts
    var sums = parts.removeFirst()
    var squares = [Double](repeating: 0, count: sums.count)
    let rest = parts
    sums.withUnsafeMutableBufferPointer { sums in
      squares.withUnsafeMutableBufferPointer { squares in
        // Pieces touch different weights.
        nonisolated(unsafe) let (sums, squares) = (sums, squares)
        WorkerPool.map(count: sums.count, threads: threads) { weight in
          for part in rest { sums[weight].accumulate(part[weight]) }
          squares[weight] = sums[weight].squaredSum
        }
      }
    }
    weights = sums
    norm = squares.reduce(0, +).squareRoot()
  }
}
