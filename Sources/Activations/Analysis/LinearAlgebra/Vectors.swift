/// Sums and products of plain vectors, [n] each. Not worth a library call: they take no longer than reading the
/// numbers.
enum Vectors {
  /// The sum of the products.
  static func dot(_ a: [Double], _ b: [Double]) -> Double {
    precondition(a.count == b.count, "vectors of \(a.count) and \(b.count)")
    var sum = 0.0
    for index in a.indices { sum += a[index] * b[index] }
    return sum
  }

  static func norm(_ a: [Double]) -> Double { dot(a, a).squareRoot() }

  static func minus(_ a: [Double], _ b: [Double]) -> [Double] {
    precondition(a.count == b.count, "vectors of \(a.count) and \(b.count)")
    return zip(a, b).map { $0 - $1 }
  }

  static func scaled(_ a: [Double], by factor: Double) -> [Double] { a.map { $0 * factor } }

  /// a + factor * b.
  static func adding(_ a: [Double], _ factor: Double, _ b: [Double]) -> [Double] {
    precondition(a.count == b.count, "vectors of \(a.count) and \(b.count)")
    return zip(a, b).map { $0 + factor * $1 }
  }
}
