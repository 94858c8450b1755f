import CKernels

extension Tensor {
  /// Through `normScale`: g [.., 1] -> [.., n]. With c = x - mean (centred) or x, ds/dx = c / (n s).
  /// - Parameters:
  ///   - x: the input of the scale, [.., n].
  ///   - scale: the scale itself, as many numbers as this tensor.
  package func pulledBackThroughNormScale(of x: Tensor, scale: Tensor, centred: Bool) -> Tensor {
    let width = x.shape.last ?? 1
    precondition(count == scale.count && count * width == x.count, "\(shape) scales of \(x.shape)")
    return Tensor(shape: x.shape) { out in
      guard x.count > 0 else { return }
      withValues { g in
        x.withValues { x in
          scale.withValues { s in
            pb_norm_scale_vjp(
              out.baseAddress!, g.baseAddress!, x.baseAddress!, s.baseAddress!, Int64(count), Int64(width),
              centred ? 1 : 0)
          }
        }
      }
    }
  }

  /// Through `normalized(by:)`: g [.., n] -> the derivatives with respect to x [.., n] with the scale fixed, and with
  /// respect to the scale [.., 1] with x fixed.
  package func pulledBackThroughNormalization(
    of x: Tensor, scale: Tensor, centred: Bool
  ) -> (x: Tensor, scale: Tensor) {
    let width = x.shape.last ?? 1
    precondition(count == x.count && scale.count * width == x.count, "\(shape) by \(scale.shape) scales")
    var byScale = Tensor(shape: scale.shape)
    let byInput = Tensor(shape: x.shape) { out in
      guard count > 0 else { return }
      byScale.withMutableValues { scaleOut in
        withValues { g in
          x.withValues { x in
            scale.withValues { s in
              pb_normalize_vjp(
                out.baseAddress!, scaleOut.baseAddress!, g.baseAddress!, x.baseAddress!, s.baseAddress!,
                Int64(scale.count), Int64(width), centred ? 1 : 0)
            }
          }
        }
      }
    }
    return (byInput, byScale)
  }
}
