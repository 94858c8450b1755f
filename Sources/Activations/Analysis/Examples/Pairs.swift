import Tensors

/// Activations in pairs: the same prompt with and without the quality in question.
public struct Pairs: Sendable {
  /// With the quality, [pairs, width].
  public let positive: Matrix
  /// Without it, [pairs, width].
  public let negative: Matrix

  /// - Throws: `AnalysisError` for sides of different sizes, or numbers that are not finite.
  public init(positive: Matrix, negative: Matrix) throws(AnalysisError) {
    guard positive.rows == negative.rows else { throw .unevenPairs(first: positive.rows, second: negative.rows) }
    guard positive.columns == negative.columns else {
      throw .otherWidth(found: negative.columns, expected: positive.columns)
    }
    try positive.requireFinite()
    try negative.requireFinite()
    self.positive = positive
    self.negative = negative
  }

  public var count: Int { positive.rows }
  public var width: Int { positive.columns }

  /// The pairs at these indices.
  public func picking(_ indices: [Int]) throws(AnalysisError) -> Pairs {
    try Pairs(positive: positive.picking(indices).matrix, negative: negative.picking(indices).matrix)
  }

  /// Both sides as examples, pair after pair, the negative side first: example 2i + 1 is the positive side of pair i.
  /// - Parameter names: the names of the negative and the positive class.
  public func examples(names: [String] = ["negative", "positive"]) throws(AnalysisError) -> Examples {
    let rows = Tensor(shape: [2 * count, width]) { out in
      for pair in 0..<count {
        for (place, side) in [negative, positive].enumerated() {
          side.withRow(pair) {
            (out.baseAddress! + (2 * pair + place) * width).initialize(from: $0.baseAddress!, count: width)
          }
        }
      }
    }
    return try Examples(rows: rows.matrix, classes: (0..<2 * count).map { $0 % 2 }, names: names)
  }

  /// positive - negative, each with the given sign, [pairs, width].
  func differences(signs: [Float]? = nil) -> Tensor {
    Tensor(shape: [count, width]) { out in
      for pair in 0..<count {
        let sign = signs?[pair] ?? 1
        positive.withRow(pair) { p in
          negative.withRow(pair) { n in
            for feature in 0..<width {
              (out.baseAddress! + pair * width + feature).initialize(to: sign * (p[feature] - n[feature]))
            }
          }
        }
      }
    }
  }
}
