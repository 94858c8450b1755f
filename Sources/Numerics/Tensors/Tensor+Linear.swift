import COneDNN

extension Tensor {
  /// x W + bias for every row of this tensor: [..., inputs] -> [rows, outputs].
  /// - Parameters:
  ///   - weight: [inputs, outputs], or [outputs, inputs] if `transposed`.
  ///   - bias: one row of `outputs` numbers, or nil.
  /// - Precondition: the length of the last axis is the weight's number of inputs.
  public func linear(_ weight: Matrix, transposed: Bool, bias: Matrix? = nil) -> Tensor {
    let inputs = transposed ? weight.columns : weight.rows
    let outputs = transposed ? weight.rows : weight.columns
    precondition(shape.last == inputs, "last axis of \(shape) against \(inputs) inputs")
    precondition(bias.map { $0.columns == outputs && $0.rows == 1 } ?? true, "a bias for \(outputs) outputs")
    let rows = inputs == 0 ? 0 : count / inputs
    return Tensor(shape: [rows, outputs]) { out in
      guard rows > 0, outputs > 0 else { return }
      bias?.withPointer { bias in
        for row in 0..<rows { (out.baseAddress! + row * outputs).initialize(from: bias, count: outputs) }
      }
      withValues { x in
        weight.withPointer { w in
          multiply(
            rows: rows, outputs: outputs, inputs: inputs, x: x.baseAddress!, xStride: inputs, w: w,
            wStride: weight.rowStride, transposed: transposed, accumulate: bias != nil, out: out.baseAddress!,
            outStride: outputs)
        }
      }
    }
  }

  /// Applies each head's own columns of a weight to that head's own input: [rows, heads, inputs] -> [rows, heads,
  /// outputs / heads].
  /// - Precondition: as `linear`, and the heads divide the outputs evenly.
  public func linearByHead(_ weight: Matrix, transposed: Bool, bias: Matrix?, heads: Int) -> Tensor {
    let inputs = transposed ? weight.columns : weight.rows
    let outputs = transposed ? weight.rows : weight.columns
    precondition(outputs % heads == 0 && count % (heads * inputs) == 0, "\(shape) by \(heads) heads")
    let (rows, width) = (count / (heads * inputs), outputs / heads)
    return Tensor(shape: [rows, heads, width]) { out in
      guard rows > 0 else { return }
      withValues { x in
        for head in 0..<heads {
          let columns = head * width..<(head + 1) * width
          let part = transposed ? weight.rows(columns) : weight.columns(columns)
          let target = out.baseAddress! + head * width
          bias?.columns(columns).withPointer { bias in
            for row in 0..<rows { (target + row * outputs).initialize(from: bias, count: width) }
          }
          part.withPointer { w in
            multiply(
              rows: rows, outputs: width, inputs: inputs, x: x.baseAddress! + head * inputs, xStride: heads * inputs,
              w: w, wStride: part.rowStride, transposed: transposed, accumulate: bias != nil, out: target,
              outStride: outputs)
          }
        }
      }
    }
  }

  /// Applies each head's own rows of an output weight to that head: [rows, heads, dHead] -> [rows, heads, outputs],
  /// without bias.
  /// - Precondition: heads times dHead is the weight's number of inputs.
  public func headResults(_ weight: Matrix, transposed: Bool, heads: Int) -> Tensor {
    let inputs = transposed ? weight.columns : weight.rows
    let outputs = transposed ? weight.rows : weight.columns
    precondition(inputs % heads == 0 && count % inputs == 0, "\(shape) by \(heads) heads")
    let (rows, width) = (count / inputs, inputs / heads)
    return Tensor(shape: [rows, heads, outputs]) { out in
      guard rows > 0 else { return }
      withValues { x in
        for head in 0..<heads {
          let span = head * width..<(head + 1) * width
          let part = transposed ? weight.columns(span) : weight.rows(span)
          part.withPointer { w in
            multiply(
              rows: rows, outputs: outputs, inputs: width, x: x.baseAddress! + head * width, xStride: inputs, w: w,
              wStride: part.rowStride, transposed: transposed, accumulate: false,
              out: out.baseAddress! + head * outputs, outStride: heads * outputs)
          }
        }
      }
    }
  }
}

/// out [rows, outputs] = x [rows, inputs] W (+ out), row-major with the given strides, shared between the calling
/// thread's product threads.
private func multiply(
  rows: Int, outputs: Int, inputs: Int, x: UnsafePointer<Float>, xStride: Int, w: UnsafePointer<Float>, wStride: Int,
  transposed: Bool, accumulate: Bool, out: UnsafeMutablePointer<Float>, outStride: Int
) {
  let product = Product(
    rows: rows, outputs: outputs, inputs: inputs, x: x, xStride: xStride, w: w, wStride: wStride,
    transposed: transposed, accumulate: accumulate, out: out, outStride: outStride)
  if product.isBoundByMemory { return product.runAtRateOfMemory() }
  // Below a few million operations a second thread costs more than it saves.
  let sharing = rows * outputs * inputs < 1 << 21 ? .alone : ProductThreads.sharing
  let parts = sharing.parts
  guard parts > 1 else { return product.run() }
  // Cut along the longer side: rows if there are many, otherwise columns, in multiples of a vector register's width.
  let cutsRows = rows >= 128 * parts
  let end = cutsRows ? rows : outputs
  let share = ((end + parts - 1) / parts + 15) / 16 * 16
  ProductThreadPool.shared.run(pieces: parts, threads: sharing.threads) { piece in
    let range = min(piece * share, end)..<min((piece + 1) * share, end)
    if !range.isEmpty { (cutsRows ? product.rows(range) : product.columns(range)).run() }
  }
}

/// out [m, n] += a^T b, the sum over rows of a [rows, m] and b [rows, n], with the given strides; shared between the
/// calling thread's product threads.
func accumulateProductOverRows(
  rows: Int, m: Int, n: Int, a: UnsafePointer<Float>, aStride: Int, b: UnsafePointer<Float>, bStride: Int,
  out: UnsafeMutablePointer<Float>, outStride: Int
) {
  guard rows > 0, m > 0, n > 0 else { return }
  let product = ProductOverRows(
    rows: rows, m: m, n: n, a: a, aStride: aStride, b: b, bStride: bStride, out: out, outStride: outStride)
  let sharing = rows * m * n < 1 << 21 ? .alone : ProductThreads.sharing
  let parts = sharing.parts
  guard parts > 1 else { return product.run(0..<m) }
  let share = ((m + parts - 1) / parts + 15) / 16 * 16
  ProductThreadPool.shared.run(pieces: parts, threads: sharing.threads) { piece in
    let range = min(piece * share, m)..<min((piece + 1) * share, m)
    if !range.isEmpty { product.run(range) }
  }
}

/// A product of two matrices summed over their rows. `@unchecked Sendable`: pieces write to different rows of the
/// result.
private struct ProductOverRows: @unchecked Sendable {
  let rows: Int
  let m: Int
  let n: Int
  let a: UnsafePointer<Float>
  let aStride: Int
  let b: UnsafePointer<Float>
  let bStride: Int
  let out: UnsafeMutablePointer<Float>
  let outStride: Int

  /// Adds the product's rows in `range`.
  func run(_ range: Range<Int>) {
    ProductThreads.keepToThisThread()
    let status = dnnl_sgemm(
      CChar(UInt8(ascii: "T")), CChar(UInt8(ascii: "N")), dnnl_dim_t(range.count), dnnl_dim_t(n), dnnl_dim_t(rows), 1,
      a + range.lowerBound, dnnl_dim_t(aStride), b, dnnl_dim_t(bStride), 1, out + range.lowerBound * outStride,
      dnnl_dim_t(outStride))
    precondition(status == dnnl_success, "oneDNN refused a \(m)x\(rows)x\(n) product with status \(status.rawValue)")
  }
}

/// One matrix product in oneDNN's terms. `@unchecked Sendable`: pieces of one product write to different numbers.
struct Product: @unchecked Sendable {
  var rows: Int
  var outputs: Int
  var inputs: Int
  var x: UnsafePointer<Float>
  var xStride: Int
  var w: UnsafePointer<Float>
  var wStride: Int
  var transposed: Bool
  var accumulate: Bool
  var out: UnsafeMutablePointer<Float>
  var outStride: Int

  func rows(_ range: Range<Int>) -> Product {
    var part = self
    part.rows = range.count
    part.x += range.lowerBound * xStride
    part.out += range.lowerBound * outStride
    return part
  }

  func columns(_ range: Range<Int>) -> Product {
    var part = self
    part.outputs = range.count
    part.w += range.lowerBound * (transposed ? wStride : 1)
    part.out += range.lowerBound
    return part
  }

  /// Computes the product on this thread.
  func run() {
    ProductThreads.keepToThisThread()
    // For a few rows and an [outputs, inputs] matrix, oneDNN takes a third of the time for W x that it takes for x W
    // with W transposed, since it would first copy W into another order (25,129 x 768 and 15 rows: 5.4 against 14.0 ms
    // on one core).
    if transposed, rows <= 48, rows * outputs * inputs >= 1 << 20 { return runTurned() }
    sgemm("N", transposed ? "T" : "N", rows, outputs, x, xStride, w, wStride, accumulate ? 1 : 0, out, outStride)
  }

  /// out = (W x^T)^T (+ out).
  private func runTurned() {
    let turned = Tensor(shape: [outputs, rows]) { turned in
      sgemm("N", "T", outputs, rows, w, wStride, x, xStride, 0, turned.baseAddress!, rows)
    }
    turned.withValues { turned in
      // Blocks small enough to stay in the cache for the strided side.
      for start in stride(from: 0, to: outputs, by: 64) {
        let end = min(start + 64, outputs)
        for row in 0..<rows {
          let target = out + row * outStride
          if accumulate {
            for column in start..<end { target[column] += turned[column * rows + row] }
          } else {
            for column in start..<end { target[column] = turned[column * rows + row] }
          }
        }
      }
    }
  }

  private func sgemm(
    _ transposeA: Unicode.Scalar, _ transposeB: Unicode.Scalar, _ m: Int, _ n: Int, _ a: UnsafePointer<Float>,
    _ aStride: Int, _ b: UnsafePointer<Float>, _ bStride: Int, _ beta: Float, _ c: UnsafeMutablePointer<Float>,
    _ cStride: Int
  ) {
    let status = dnnl_sgemm(
      CChar(UInt8(ascii: transposeA)), CChar(UInt8(ascii: transposeB)), dnnl_dim_t(m), dnnl_dim_t(n),
      dnnl_dim_t(inputs), 1, a, dnnl_dim_t(aStride), b, dnnl_dim_t(bStride), beta, c, dnnl_dim_t(cStride))
    // The only other statuses are bad arguments, which the callers' checks exclude, and lack of memory.
    precondition(
      status == dnnl_success, "oneDNN refused a \(rows)x\(inputs)x\(outputs) product with status \(status.rawValue)")
  }
}
