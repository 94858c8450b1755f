import Tensors

extension Matrix {
  /// A copy of some rows, in the order of `indices`, [indices.count, columns].
  func picking(_ indices: [Int]) -> Tensor {
    Tensor(shape: [indices.count, columns]) { out in
      guard columns > 0 else { return }
      for (place, index) in indices.enumerated() {
        withRow(index) { (out.baseAddress! + place * columns).initialize(from: $0.baseAddress!, count: columns) }
      }
    }
  }
}

extension DenseMatrix {
  /// Float32 rows as float64.
  public init(_ rows: Matrix) {
    var values: [Double] = []
    values.reserveCapacity(rows.rows * rows.columns)
    for row in 0..<rows.rows { rows.withRow(row) { values += $0.map(Double.init) } }
    self.init(rows: rows.rows, columns: rows.columns, values: values)
  }
}
