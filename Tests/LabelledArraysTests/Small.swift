import LabelledArrays

/// Arrays small enough to try every one.
enum Small {
  /// All shapes with up to `axes` axes of 1 to `longest` entries, and the one without axes.
  static func shapes(axes: Int = 3, longest: Int = 4) -> [[Int]] {
    var all: [[Int]] = [[]]
    var last: [[Int]] = [[]]
    for _ in 0..<axes {
      last = last.flatMap { shape in (1...longest).map { shape + [$0] } }
      all += last
    }
    return all
  }

  /// All indices within a shape, in row-major order, counted up like an odometer.
  static func indices(_ shape: [Int]) -> [[Int]] {
    shape.reduce([[]]) { all, size in all.flatMap { head in (0..<size).map { head + [$0] } } }
  }

  /// Axes `a0`, `a1`, ... whose labels are integers, numbers and texts in turn.
  static func axes(_ shape: [Int]) -> [LabelledAxis] {
    shape.enumerated().map { place, size in
      let labels: AxisLabels =
        switch place % 3 {
        case 0: .integers((0..<size).map { 10 - $0 })
        case 1: .numbers((0..<size).map { Double($0) + 0.5 })
        default: .texts((0..<size).map { "t\($0)" })
        }
      return LabelledAxis("a\(place)", labels)
    }
  }

  /// Numbers that distinguish every cell.
  static func array(_ shape: [Int]) -> LabelledArray {
    LabelledArray("x", axes: axes(shape), values: (0..<shape.reduce(1, *)).map { Float(($0 * 37) % 101) - 50 })
  }
}

/// Equal, or both NaN, element by element, to a part in 10^6.
func same(_ a: [Float], _ b: [Float]) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { ($0.isNaN && $1.isNaN) || abs($0 - $1) <= 1e-6 * max(1, abs($1)) }
}
