import CKernels

/// Sums over rows, of float32 numbers in float64.
extension Matrix {
  /// A copy with `center` subtracted from each row and the rows scaled, [rows, columns].
  /// - Parameters:
  ///   - center: [columns].
  ///   - factors: [rows], or nil for 1.
  package func centered(by center: [Float], factors: [Float]? = nil) -> Tensor {
    precondition(center.count == columns, "\(center.count) numbers for \(columns) columns")
    precondition(factors.map { $0.count == rows } ?? true, "a factor for each of \(rows) rows")
    return Tensor(shape: [rows, columns]) { out in
      guard !out.isEmpty else { return }
      withPointer { x in
        if let factors {
          pb_center_rows(out.baseAddress!, x, Int64(rowStride), center, factors, Int64(rows), Int64(columns))
        } else {
          pb_center_rows(out.baseAddress!, x, Int64(rowStride), center, nil, Int64(rows), Int64(columns))
        }
      }
    }
  }

  /// Adds the sum of the rows, each times its weight, to `sums`.
  /// - Parameters:
  ///   - weights: [rows], or nil for 1.
  ///   - sums: at least `columns` numbers from `offset` on.
  package func addRowSum(weights: [Double]? = nil, to sums: inout [Double], at offset: Int = 0) {
    precondition(weights.map { $0.count == rows } ?? true, "a weight for each of \(rows) rows")
    precondition(offset >= 0 && offset + columns <= sums.count, "\(columns) sums from \(offset) of \(sums.count)")
    guard rows > 0, columns > 0 else { return }
    sums.withUnsafeMutableBufferPointer { sums in
      withPointer { x in
        let target = sums.baseAddress! + offset
        if let weights {
          pb_weighted_row_sum(target, x, Int64(rowStride), weights, Int64(rows), Int64(columns))
        } else {
          pb_weighted_row_sum(target, x, Int64(rowStride), nil, Int64(rows), Int64(columns))
        }
      }
    }
  }

  /// The product of each row with a vector of `columns` numbers, in float64, [rows].
  package func rowProducts(with vector: [Double]) -> [Double] {
    precondition(vector.count == columns, "\(vector.count) numbers for \(columns) columns")
    return [Double](unsafeUninitializedCapacity: rows) { out, count in
      count = rows
      guard rows > 0 else { return }
      withPointer { pb_row_dots(out.baseAddress!, $0, Int64(rowStride), vector, Int64(rows), Int64(columns)) }
    }
  }
}
