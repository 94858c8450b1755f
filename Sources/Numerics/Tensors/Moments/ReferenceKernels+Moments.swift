extension ReferenceKernels {
  /// See `Matrix.centered`.
  package static func centered(_ x: Matrix, by center: [Float], factors: [Float]?) -> [Double] {
    rows(x).enumerated().flatMap { row, values in
      zip(values, center).map { Double(factors?[row] ?? 1) * ($0 - Double($1)) }
    }
  }

  /// See `Matrix.addRowSum`.
  package static func rowSum(_ x: Matrix, weights: [Double]?) -> [Double] {
    let all = rows(x)
    return (0..<x.columns).map { column in
      all.enumerated().reduce(0) { $0 + (weights?[$1.offset] ?? 1) * $1.element[column] }
    }
  }

  /// See `Matrix.rowProducts`.
  package static func rowProducts(_ x: Matrix, with vector: [Double]) -> [Double] {
    rows(x).map { zip($0, vector).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  /// See `GramProducts.addCross`.
  package static func cross(_ x: Matrix, _ y: Matrix) -> [Double] {
    let (a, b) = (rows(x), rows(y))
    return (0..<x.columns).flatMap { i in
      (0..<y.columns).map { j in zip(a, b).reduce(0) { $0 + $1.0[i] * $1.1[j] } }
    }
  }
}
