import CKernels

extension Tensor {
  /// sqrt(mean(c^2) + epsilon) over the last axis: [..., n] -> [..., 1]; c is x minus its mean if `centred`,
  /// otherwise x.
  public func normScale(epsilon: Float, centred: Bool) -> Tensor {
    let (rows, width) = rowsAndWidth
    return Tensor(shape: shape.dropLast() + [1]) { out in
      guard rows > 0 else { return }
      withValues {
        pb_norm_scale(out.baseAddress!, $0.baseAddress!, Int64(rows), Int64(width), epsilon, centred ? 1 : 0)
      }
    }
  }

  /// c / scale along the last axis: [..., n] with scale [..., 1] -> [..., n].
  /// - Precondition: there is one scale for each row.
  public func normalized(by scale: Tensor, centred: Bool) -> Tensor {
    let (rows, width) = rowsAndWidth
    precondition(scale.count == rows, "\(scale.shape) scales for \(shape)")
    return Tensor(shape: shape) { out in
      guard rows > 0 else { return }
      withValues { x in
        scale.withValues { s in
          pb_normalize(
            out.baseAddress!, x.baseAddress!, s.baseAddress!, Int64(rows), Int64(width), centred ? 1 : 0)
        }
      }
    }
  }

  /// x * (gain + offset) + bias along the last axis.
  /// - Precondition: gain and bias have one row each, as long as the last axis.
  public func affine(gain: Matrix, offset: Float, bias: Matrix?) -> Tensor {
    let (rows, width) = rowsAndWidth
    precondition(gain.rows == 1 && gain.columns == width, "a gain of \(gain.columns) for \(shape)")
    precondition(bias.map { $0.rows == 1 && $0.columns == width } ?? true, "a bias for \(shape)")
    return Tensor(shape: shape) { out in
      guard rows > 0 else { return }
      withValues { x in
        gain.withPointer { g in
          let (to, from) = (out.baseAddress!, x.baseAddress!)
          if let bias {
            bias.withPointer { pb_affine(to, from, g, offset, $0, Int64(rows), Int64(width)) }
          } else {
            pb_affine(to, from, g, offset, nil, Int64(rows), Int64(width))
          }
        }
      }
    }
  }

  private var rowsAndWidth: (rows: Int, width: Int) {
    let width = shape.last ?? 1
    return (width == 0 ? 0 : count / width, width)
  }
}
