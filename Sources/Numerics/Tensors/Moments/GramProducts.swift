import CKernels

/// Products X^T Y summed over rows: float32 products of one block of rows, added to float64 sums.
///
/// With blocks of a thousand rows the float32 part of the sum is so short that its error stays below 1e-6 of the
/// numbers' scale, and float32 products are the processor's fastest.
package enum GramProducts {
  /// Columns whose products are computed together. For the symmetric product only panels from the diagonal on are
  /// computed: 56% for 768 columns.
  private static let panel = 96

  /// Adds X^T X to `sums`, [columns, columns] in row-major order, on and above the diagonal; what is below it is
  /// undefined.
  package static func addSymmetric(_ x: Matrix, to sums: inout [Double]) {
    let width = x.columns
    precondition(sums.count == width * width, "\(sums.count) sums for \(width) columns")
    for start in stride(from: 0, to: width, by: panel) {
      let end = min(start + panel, width)
      add(x.columns(start..<end), x.columns(start..<width), to: &sums, at: start * width + start, stride: width)
    }
  }

  /// Adds X^T Y to `sums`, [x.columns, y.columns] in row-major order.
  package static func addCross(_ x: Matrix, _ y: Matrix, to sums: inout [Double]) {
    precondition(sums.count == x.columns * y.columns, "\(sums.count) sums for \(x.columns)x\(y.columns)")
    for start in stride(from: 0, to: x.columns, by: panel) {
      let end = min(start + panel, x.columns)
      add(x.columns(start..<end), y, to: &sums, at: start * y.columns, stride: y.columns)
    }
  }

  private static func add(_ x: Matrix, _ y: Matrix, to sums: inout [Double], at offset: Int, stride: Int) {
    precondition(x.rows == y.rows, "\(x.rows) and \(y.rows) rows")
    guard x.rows > 0, x.columns > 0, y.columns > 0 else { return }
    let product = Tensor(shape: [x.columns, y.columns]) { out in
      out.initialize(repeating: 0)
      x.withPointer { a in
        y.withPointer { b in
          accumulateProductOverRows(
            rows: x.rows, m: x.columns, n: y.columns, a: a, aStride: x.rowStride, b: b, bStride: y.rowStride,
            out: out.baseAddress!, outStride: y.columns)
        }
      }
    }
    sums.withUnsafeMutableBufferPointer { sums in
      product.withValues { product in
        for row in 0..<x.columns {
          pb_accumulate_double(
            sums.baseAddress! + offset + row * stride, product.baseAddress! + row * y.columns, Int64(y.columns))
        }
      }
    }
  }
}
