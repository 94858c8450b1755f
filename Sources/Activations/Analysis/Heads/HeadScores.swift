import ModelGraph

/// One number for each head of a model.
public struct HeadScores: Sendable, Hashable {
  public let layers: Int
  public let heads: Int
  /// [layer, head], row-major; NaN where a head has no such number.
  public var values: [Double]

  public init(layers: Int, heads: Int, values: [Double]) {
    precondition(values.count == layers * heads, "\(values.count) values for \(layers) x \(heads) heads")
    self.layers = layers
    self.heads = heads
    self.values = values
  }

  /// The number of one head.
  public subscript(layer: Int, head: Int) -> Double { values[layer * heads + head] }

  /// The heads with the largest numbers, largest first; heads without a number are left out.
  public func strongest(_ count: Int) -> [(head: Head, value: Double)] {
    let order = values.indices.filter { !values[$0].isNaN }.sorted {
      values[$0] == values[$1] ? $0 < $1 : values[$0] > values[$1]
    }
    return order.prefix(count).map { (Head(layer: $0 / heads, head: $0 % heads), values[$0]) }
  }
}
