import COneDNN
import Dispatch

extension Tensor {
  /// x W + bias for every row of this tensor: [..., inputs] -> [rows, outputs].
  /// - Parameters:
  ///   - weight: [inputs, outputs], or [outputs, inputs] when `transposed`.
  ///   - bias: one row of `outputs` numbers, or nil.
  /// - Precondition: the last axis is as long as the weight has inputs.
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

  /// Each head's own columns of a weight applied to that head's own input: [rows, heads, inputs] -> [rows, heads, outputs / heads].
  /// - Precondition: as `linear`, and heads divide the outputs evenly.
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

  /// Each head's own rows of an output weight applied to that head: [rows, heads, dHead] -> [rows, heads, outputs], without bias.
  /// - Precondition: heads times dHead are the weight's inputs.
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

/// out [rows, outputs] = x [rows, inputs] W (+ out), row-major with the given strides, shared between the calling thread's product threads.
private func multiply(
  rows: Int, outputs: Int, inputs: Int, x: UnsafePointer<Float>, xStride: Int, w: UnsafePointer<Float>, wStride: Int,
  transposed: Bool, accumulate: Bool, out: UnsafeMutablePointer<Float>, outStride: Int
) {
  // Below a few million operations a second thread costs more than it saves.
  let threads = rows * outputs * inputs < 1 << 21 ? 1 : ProductThreads.current
  // Cut where more is to be had: rows when there are many, else columns, in multiples of a vector register's width.
  let cutsRows = rows >= 128 * threads
  let share = (((cutsRows ? rows : outputs) + threads - 1) / threads + 15) / 16 * 16
  let end = cutsRows ? rows : outputs
  nonisolated(unsafe) let (x, w, out) = (x, w, out)
  @Sendable func piece(_ number: Int) {
    let range = min(number * share, end)..<min((number + 1) * share, end)
    guard !range.isEmpty else { return }
    if cutsRows {
      multiplyOnThisThread(
        rows: range.count, outputs: outputs, inputs: inputs, x: x + range.lowerBound * xStride, xStride: xStride, w: w,
        wStride: wStride, transposed: transposed, accumulate: accumulate, out: out + range.lowerBound * outStride,
        outStride: outStride)
    } else {
      multiplyOnThisThread(
        rows: rows, outputs: range.count, inputs: inputs, x: x, xStride: xStride,
        w: w + range.lowerBound * (transposed ? wStride : 1), wStride: wStride, transposed: transposed,
        accumulate: accumulate, out: out + range.lowerBound, outStride: outStride)
    }
  }
  if threads == 1 { piece(0) } else { DispatchQueue.concurrentPerform(iterations: threads, execute: piece) }
}

private func multiplyOnThisThread(
  rows: Int, outputs: Int, inputs: Int, x: UnsafePointer<Float>, xStride: Int, w: UnsafePointer<Float>, wStride: Int,
  transposed: Bool, accumulate: Bool, out: UnsafeMutablePointer<Float>, outStride: Int
) {
  ProductThreads.keepToThisThread()
  let status = dnnl_sgemm(
    CChar(UInt8(ascii: "N")), CChar(UInt8(ascii: transposed ? "T" : "N")), dnnl_dim_t(rows), dnnl_dim_t(outputs),
    dnnl_dim_t(inputs), 1, x, dnnl_dim_t(xStride), w, dnnl_dim_t(wStride), accumulate ? 1 : 0, out,
    dnnl_dim_t(outStride))
  // The only other statuses are bad arguments, which the callers' checks exclude, and memory exhausted.
  precondition(
    status == dnnl_success, "oneDNN refused a \(rows)x\(inputs)x\(outputs) product with status \(status.rawValue)")
}
