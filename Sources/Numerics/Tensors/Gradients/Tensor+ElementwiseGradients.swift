import CKernels

/// Vector-Jacobian products: this tensor is the derivative of an objective with respect to an operation's output; the
/// result is its derivative with respect to an input.
extension Tensor {
  /// Through an elementwise nonlinearity: g f'(x), in the shape of this tensor.
  /// - Parameter x: the input of the nonlinearity, with as many numbers.
  /// - Note: relu's derivative at 0 is 0.
  package func pulledBack(through f: Nonlinearity, at x: Tensor) -> Tensor {
    precondition(count == x.count, "\(shape) against \(x.shape)")
    return Tensor(shape: shape) { out in
      guard count > 0 else { return }
      withValues { g in
        x.withValues { x in
          let (to, from, at, n) = (out.baseAddress!, g.baseAddress!, x.baseAddress!, Int64(count))
          switch f {
          case .relu: pb_relu_vjp(to, from, at, n)
          case .gelu: pb_gelu_vjp(to, from, at, n)
          case .geluNew: pb_gelu_new_vjp(to, from, at, n)
          case .silu: pb_silu_vjp(to, from, at, n)
          case .softCap(let cap): pb_soft_cap_vjp(to, from, at, cap, n)
          }
        }
      }
    }
  }

  /// Adds the column sums of a (times b elementwise, if given) to this row: [width] from [rows, width].
  /// - Precondition: a and b have as many numbers, a multiple of the width.
  package mutating func addColumnSums(of a: Tensor, times b: Tensor? = nil) {
    let width = count
    guard width > 0, a.count > 0 else { return }
    precondition(a.count % width == 0 && (b.map { $0.count == a.count } ?? true), "\(a.shape) in rows of \(width)")
    withMutableValues { sums in
      a.withValues { a in
        func add(_ b: UnsafePointer<Float>?) {
          pb_column_sums(sums.baseAddress!, a.baseAddress!, b, Int64(a.count / width), Int64(width))
        }
        if let b { b.withValues { add($0.baseAddress!) } } else { add(nil) }
      }
    }
  }

  /// Adds one row of g to this table's row at each index: table [rows, width] += g [indices.count, width].
  package mutating func addRows(_ g: Tensor, at indices: [Int]) {
    let width = shape.last ?? 1
    precondition(g.count == indices.count * width, "\(g.shape) for \(indices.count) rows of \(width)")
    guard width > 0, !indices.isEmpty else { return }
    withMutableValues { table in
      g.withValues { g in
        for (i, index) in indices.enumerated() {
          precondition(index >= 0 && (index + 1) * width <= table.count, "row \(index)")
          pb_accumulate(table.baseAddress! + index * width, g.baseAddress! + i * width, 1, Int64(width))
        }
      }
    }
  }
}
