import CKernels

extension Tensor {
  /// The maximum of the 3 x 3 places around every second row and column, starting with the first; places beyond the
  /// edge do not count: [n, channels, rows, columns] -> [n, channels * ceil(rows / 2) * ceil(columns / 2)].
  /// - Parameter planes: n times channels.
  public func maxPooled(planes: Int, rows: Int, columns: Int) -> Tensor {
    precondition(count == planes * rows * columns, "\(shape) is not \(planes) planes of \(rows) x \(columns)")
    return Tensor(shape: [planes * ((rows + 1) / 2) * ((columns + 1) / 2)]) { out in
      withValues { x in
        pb_max_pool(out.baseAddress!, x.baseAddress!, Int64(planes), Int64(rows), Int64(columns))
      }
    }
  }

  /// The derivative with respect to the input of `maxPooled`; this tensor is that with respect to its output. If
  /// several places are equally large, the first, in row-major order, receives it.
  package func pulledBackThroughMaxPool(of x: Tensor, planes: Int, rows: Int, columns: Int) -> Tensor {
    precondition(x.count == planes * rows * columns, "\(x.shape) is not \(planes) planes of \(rows) x \(columns)")
    precondition(count == planes * ((rows + 1) / 2) * ((columns + 1) / 2), "\(shape) is not what came of \(x.shape)")
    return Tensor(shape: x.shape) { out in
      withValues { g in
        x.withValues { x in
          pb_max_pool_vjp(
            out.baseAddress!, g.baseAddress!, x.baseAddress!, Int64(planes), Int64(rows), Int64(columns))
        }
      }
    }
  }
}
