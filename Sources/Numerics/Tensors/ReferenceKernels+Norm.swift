extension ReferenceKernels {
  /// sqrt(mean(c^2) + epsilon) of every row; c is the row minus its mean if `centred`. See `Tensor.normScale`.
  package static func normScale(_ x: Tensor, epsilon: Float, centred: Bool) -> [Double] {
    cut(numbers(x), x.shape.last ?? 1).map { row in
      let c = centred ? less(mean(row), row) : row
      return (mean(c.map { $0 * $0 }) + Double(epsilon)).squareRoot()
    }
  }

  /// c / scale, row by row. See `Tensor.normalized`.
  package static func normalized(_ x: Tensor, by scale: Tensor, centred: Bool) -> [Double] {
    zip(cut(numbers(x), x.shape.last ?? 1), numbers(scale)).flatMap { row, scale in
      (centred ? less(mean(row), row) : row).map { $0 / scale }
    }
  }

  /// x * (gain + offset) + bias, row by row.
  package static func affine(_ x: Tensor, gain: Matrix, offset: Float, bias: Matrix?) -> [Double] {
    let g = rows(gain)[0]
    let b = bias.map { rows($0)[0] } ?? [Double](repeating: 0, count: g.count)
    return cut(numbers(x), g.count).flatMap { row in
      row.indices.map { row[$0] * (g[$0] + Double(offset)) + b[$0] }
    }
  }

  private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  private static func less(_ mean: Double, _ values: [Double]) -> [Double] { values.map { $0 - mean } }
}
