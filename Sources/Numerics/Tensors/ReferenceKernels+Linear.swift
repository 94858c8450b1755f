extension ReferenceKernels {
  /// x W + bias: [..., inputs] -> [rows, outputs]. See `Tensor.linear`.
  package static func linear(_ x: Tensor, _ weight: Matrix, transposed: Bool, bias: Matrix? = nil) -> [Double] {
    let w = byInput(weight, transposed: transposed)
    let outputs = transposed ? weight.rows : weight.columns
    let b = bias.map { rows($0)[0] } ?? [Double](repeating: 0, count: outputs)
    return cut(numbers(x), w.count).flatMap { row in
      (0..<outputs).map { output in b[output] + dot(row, w.map { $0[output] }) }
    }
  }

  /// Each head's own outputs from its own input: [rows, heads, inputs] -> [rows, heads, outputs / heads]. See
  /// `Tensor.linearByHead`.
  package static func linearByHead(
    _ x: Tensor, _ weight: Matrix, transposed: Bool, bias: Matrix?, heads: Int
  ) -> [Double] {
    let w = byInput(weight, transposed: transposed)
    let outputs = transposed ? weight.rows : weight.columns
    let b = bias.map { rows($0)[0] } ?? [Double](repeating: 0, count: outputs)
    let inputs = cut(numbers(x), w.count)
    return stride(from: 0, to: inputs.count, by: heads).flatMap { first in
      (0..<outputs).map { output in
        let head = output / (outputs / heads)
        return b[output] + dot(inputs[first + head], w.map { $0[output] })
      }
    }
  }

  /// What each head writes: [rows, heads, dHead] -> [rows, heads, outputs]. See `Tensor.headResults`.
  package static func headResults(_ x: Tensor, _ weight: Matrix, transposed: Bool, heads: Int) -> [Double] {
    let w = byInput(weight, transposed: transposed)
    let outputs = transposed ? weight.rows : weight.columns
    let width = w.count / heads
    return cut(numbers(x), w.count).flatMap { row in
      (0..<heads).flatMap { head in
        let own = head * width..<(head + 1) * width
        return (0..<outputs).map { output in dot(Array(row[own]), w[own].map { $0[output] }) }
      }
    }
  }
}
