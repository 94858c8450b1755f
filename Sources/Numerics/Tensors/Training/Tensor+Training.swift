import CKernels

extension Tensor {
  /// The cross-entropy of rows of logits against their targets.
  /// - Parameters:
  ///   - targets: one column index for each row.
  ///   - scale: a factor for the derivative; 1 / rows for the derivative of the mean.
  /// - Returns: the sum over rows, and the derivative with respect to the logits, [rows, columns].
  /// - Precondition: targets lie within the columns.
  package func crossEntropy(_ targets: [Int32], scale: Float) -> (sum: Double, derivative: Tensor) {
    let columns = shape.last ?? 0
    precondition(targets.count * columns == count, "a target for each row")
    precondition(targets.allSatisfy { $0 >= 0 && $0 < columns }, "targets are columns")
    var sum = 0.0
    let derivative = Tensor(shape: shape) { out in
      withValues { logits in
        guard let to = out.baseAddress, let from = logits.baseAddress else { return }
        sum = pb_cross_entropy(to, from, targets, Int64(targets.count), Int64(columns), scale)
      }
    }
    return (sum, derivative)
  }

  /// The sum of squares.
  package var squaredSum: Double {
    withValues { values in values.baseAddress.map { pb_squared_sum($0, Int64(values.count)) } ?? 0 }
  }

  /// Adds another tensor of the same shape, number by number.
  package mutating func accumulate(_ other: Tensor) {
    precondition(other.count == count, "counts must be equal")
    withMutableValues { to in
      other.withValues { from in
        guard let out = to.baseAddress, let source = from.baseAddress else { return }
        pb_accumulate(out, source, 1, Int64(to.count))
      }
    }
  }

  /// One step of AdamW in place.
  /// - Parameters:
  ///   - first: the running mean of the gradient; `second`: that of its square.
  ///   - gradientScale: a factor for the gradient.
  ///   - corrections: 1 / (1 - beta^step) for both betas.
  package mutating func stepAdamW(
    first: inout Tensor, second: inout Tensor, gradient: Tensor, gradientScale: Float, rate: Float,
    betas: (Float, Float), epsilon: Float, decay: Float, corrections: (Float, Float)
  ) {
    precondition(first.count == count && second.count == count && gradient.count == count, "counts must be equal")
    withMutableValues { w in
      first.withMutableValues { m in
        second.withMutableValues { v in
          gradient.withValues { g in
            guard let w = w.baseAddress, let m = m.baseAddress, let v = v.baseAddress, let from = g.baseAddress else {
              return
            }
            pb_adamw(
              w, m, v, from, Int64(g.count), gradientScale, rate, betas.0, betas.1, epsilon, decay, corrections.0,
              corrections.1)
          }
        }
      }
    }
  }
}
