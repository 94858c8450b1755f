extension Tensor {
  /// Adds a linear map's derivative with respect to its weight to this tensor, in the weight's stored shape.
  /// - Parameters:
  ///   - input: x [rows, inputs].
  ///   - gradient: g [rows, outputs].
  ///   - transposed: whether the weight is stored as [outputs, inputs].
  package mutating func addLinearGradient(input: Tensor, gradient: Tensor, transposed: Bool) {
    addLinearGradient(input: input, gradient: gradient, transposed: transposed, heads: 1, split: .outputs)
  }

  /// Which side of a weight is split into heads.
  package enum HeadSplit { case inputs, outputs }

  /// Adds the derivative, with respect to its weight, of a map that is split into heads.
  ///
  /// With `.outputs`, head h maps its own input [rows, heads, inputs] to its own columns [rows, heads, outputs / heads]
  /// (`linearByHead`); with `.inputs`, its own part of the input [rows, heads, inputs / heads] to [rows, heads,
  /// outputs] (`headResults`).
  package mutating func addLinearGradient(
    input: Tensor, gradient: Tensor, transposed: Bool, heads: Int, split: HeadSplit
  ) {
    precondition(shape.count == 2 && heads > 0, "a weight is a matrix")
    let (inputs, outputs) = transposed ? (shape[1], shape[0]) : (shape[0], shape[1])
    let columns = shape[1]
    let isSplitByInput = split == .inputs
    let (inputWidth, outputWidth) = isSplitByInput ? (inputs / heads, outputs) : (inputs, outputs / heads)
    let rows = inputWidth == 0 ? 0 : input.count / (heads * inputWidth)
    precondition(gradient.count == rows * heads * outputWidth, "\(input.shape) to \(gradient.shape)")
    withMutableValues { out in
      input.withValues { x in
        gradient.withValues { g in
          for head in 0..<heads where rows > 0 {
            // Where this head's part of the weight begins: a block of rows or columns of the stored matrix.
            let first = head * (isSplitByInput ? inputWidth : outputWidth)
            let isBlockOfRows = isSplitByInput != transposed
            let target = out.baseAddress! + (isBlockOfRows ? first * columns : first)
            let (x, g) = (x.baseAddress! + head * inputWidth, g.baseAddress! + head * outputWidth)
            let (xStride, gStride) = (heads * inputWidth, heads * outputWidth)
            if transposed {
              accumulateProductOverRows(
                rows: rows, m: outputWidth, n: inputWidth, a: g, aStride: gStride, b: x, bStride: xStride, out: target,
                outStride: columns)
            } else {
              accumulateProductOverRows(
                rows: rows, m: inputWidth, n: outputWidth, a: x, aStride: xStride, b: g, bStride: gStride, out: target,
                outStride: columns)
            }
          }
        }
      }
    }
  }
}
