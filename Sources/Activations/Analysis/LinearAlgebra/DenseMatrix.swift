/// A matrix of float64 numbers in row-major order: number (i, j) is at `values[i * columns + j]`.
///
/// Model activations are float32 (`Tensors.Matrix`); what is computed from many of them (covariances, directions,
/// eigenvectors) is float64, in this type.
public struct DenseMatrix: Sendable, Equatable {
  public let rows: Int
  public let columns: Int
  public var values: [Double]

  /// - Parameter values: rows times columns numbers, in row-major order.
  /// - Precondition: the count is right.
  public init(rows: Int, columns: Int, values: [Double]) {
    precondition(
      rows >= 0 && columns >= 0 && values.count == rows * columns, "\(values.count) numbers as \(rows)x\(columns)")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// A matrix of zeros.
  public init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, values: [Double](repeating: 0, count: rows * columns))
  }

  /// A matrix from its rows, all of the same length.
  public init(_ rows: [[Double]]) {
    let columns = rows.first?.count ?? 0
    precondition(rows.allSatisfy { $0.count == columns }, "rows of different lengths")
    self.init(rows: rows.count, columns: columns, values: Array(rows.joined()))
  }

  /// A square matrix with these numbers on its diagonal, and zeros elsewhere.
  public init(diagonal: [Double]) {
    self.init(rows: diagonal.count, columns: diagonal.count)
    for (index, value) in diagonal.enumerated() { self[index, index] = value }
  }

  /// The identity of `size` rows and columns.
  public static func identity(_ size: Int) -> DenseMatrix {
    DenseMatrix(diagonal: [Double](repeating: 1, count: size))
  }

  public subscript(row: Int, column: Int) -> Double {
    get {
      precondition(
        row >= 0 && row < rows && column >= 0 && column < columns, "(\(row), \(column)) of \(rows)x\(columns)")
      return values[row * columns + column]
    }
    set {
      precondition(
        row >= 0 && row < rows && column >= 0 && column < columns, "(\(row), \(column)) of \(rows)x\(columns)")
      values[row * columns + column] = newValue
    }
  }

  /// One row, [columns].
  public func row(_ index: Int) -> [Double] {
    precondition(index >= 0 && index < rows, "row \(index) of \(rows)")
    return Array(values[index * columns..<(index + 1) * columns])
  }

  /// One column, [rows].
  public func column(_ index: Int) -> [Double] { (0..<rows).map { self[$0, index] } }

  /// Some of the rows, [range.count, columns].
  public func rows(_ range: Range<Int>) -> DenseMatrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    return DenseMatrix(
      rows: range.count, columns: columns,
      values: Array(values[range.lowerBound * columns..<range.upperBound * columns]))
  }

  /// The numbers on the diagonal, [min(rows, columns)].
  public var diagonal: [Double] { (0..<min(rows, columns)).map { self[$0, $0] } }

  /// The sum of the diagonal.
  public var trace: Double { diagonal.reduce(0, +) }

  /// Rows and columns exchanged, [columns, rows].
  public var transposed: DenseMatrix {
    var result = DenseMatrix(rows: columns, columns: rows)
    values.withUnsafeBufferPointer { source in
      result.values.withUnsafeMutableBufferPointer { target in
        for row in 0..<rows {
          for column in 0..<columns { target[column * rows + row] = source[row * columns + column] }
        }
      }
    }
    return result
  }

  /// The square root of the sum of all squares (the Frobenius norm).
  public var norm: Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  public static func + (left: DenseMatrix, right: DenseMatrix) -> DenseMatrix { left.combined(right, +) }
  public static func - (left: DenseMatrix, right: DenseMatrix) -> DenseMatrix { left.combined(right, -) }

  public static func * (factor: Double, matrix: DenseMatrix) -> DenseMatrix {
    DenseMatrix(rows: matrix.rows, columns: matrix.columns, values: matrix.values.map { factor * $0 })
  }

  private func combined(_ other: DenseMatrix, _ operation: (Double, Double) -> Double) -> DenseMatrix {
    precondition(
      rows == other.rows && columns == other.columns, "\(rows)x\(columns) with \(other.rows)x\(other.columns)")
    return DenseMatrix(rows: rows, columns: columns, values: zip(values, other.values).map(operation))
  }
}
