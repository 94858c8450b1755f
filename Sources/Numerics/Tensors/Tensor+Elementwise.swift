import CKernels

/// An elementwise nonlinearity with a kernel of its own.
public enum Nonlinearity: Sendable, Hashable {
  case relu
  /// x Phi(x)
  case gelu
  /// gelu's tanh approximation
  case geluNew
  /// x sigmoid(x)
  case silu
  /// cap tanh(x / cap)
  case softCap(Float)
}

extension Tensor {
  /// The elementwise sum.
  /// - Precondition: both have the same number of elements; the result has this tensor's shape.
  public func adding(_ other: Tensor) -> Tensor { combined(with: other, pb_add) }

  /// The elementwise product.
  /// - Precondition: both have the same number of elements; the result has this tensor's shape.
  public func multiplied(by other: Tensor) -> Tensor { combined(with: other, pb_multiply) }

  /// Every number times `factor`.
  public func scaled(by factor: Float) -> Tensor {
    Tensor(shape: shape) { out in
      guard count > 0 else { return }
      withValues { pb_scale(out.baseAddress!, $0.baseAddress!, factor, Int64(count)) }
    }
  }

  /// Adds another tensor to this one in place.
  /// - Precondition: both have the same number of elements.
  public mutating func add(_ other: Tensor) {
    precondition(count == other.count, "\(shape) against \(other.shape)")
    guard count > 0 else { return }
    withMutableValues { out in
      other.withValues { pb_add(out.baseAddress!, out.baseAddress!, $0.baseAddress!, Int64(out.count)) }
    }
  }

  /// f of every number.
  public func applying(_ f: Nonlinearity) -> Tensor {
    Tensor(shape: shape) { out in
      guard count > 0 else { return }
      withValues { x in
        let (to, from, n) = (out.baseAddress!, x.baseAddress!, Int64(count))
        switch f {
        case .relu: pb_relu(to, from, n)
        case .gelu: pb_gelu(to, from, n)
        case .geluNew: pb_gelu_new(to, from, n)
        case .silu: pb_silu(to, from, n)
        case .softCap(let cap): pb_soft_cap(to, from, cap, n)
        }
      }
    }
  }

  private func combined(
    with other: Tensor,
    _ kernel: (UnsafeMutablePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, Int64) -> Void
  ) -> Tensor {
    precondition(count == other.count, "\(shape) against \(other.shape)")
    return Tensor(shape: shape) { out in
      guard count > 0 else { return }
      withValues { a in
        other.withValues { b in kernel(out.baseAddress!, a.baseAddress!, b.baseAddress!, Int64(count)) }
      }
    }
  }
}
