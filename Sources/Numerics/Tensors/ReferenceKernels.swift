/// A plain version of each fast kernel: simple loops with sums in double precision. Tests compare the fast kernels with
/// these; nothing else uses them.
///
/// Results are row-major numbers in double precision, in the shape of the fast kernel's tensor.
package enum ReferenceKernels {
  /// All numbers of a tensor.
  static func numbers(_ tensor: Tensor) -> [Double] { tensor.values.map(Double.init) }

  /// The rows of a matrix.
  static func rows(_ matrix: Matrix) -> [[Double]] {
    (0..<matrix.rows).map { row in matrix.withRow(row) { $0.map(Double.init) } }
  }

  /// A weight as [inputs][outputs], however it is stored.
  static func byInput(_ weight: Matrix, transposed: Bool) -> [[Double]] {
    let stored = rows(weight)
    guard transposed else { return stored }
    return (0..<weight.columns).map { column in stored.map { $0[column] } }
  }

  /// Consecutive numbers, `width` at a time.
  static func cut(_ values: [Double], _ width: Int) -> [[Double]] {
    guard width > 0 else { return [] }
    return stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) }
  }

  static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices { sum += a[i] * b[i] }
    return sum
  }
}
