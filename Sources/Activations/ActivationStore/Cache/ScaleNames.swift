import ModelGraph

/// The names of the dimension scales that a list of layouts needs, all in one group of a file.
///
/// An axis that always has the same size keeps its name. With grouped-query attention there are two numbers of heads:
/// the larger is `head`, the smaller `kv_head`. Any other axis of several sizes (the channels of a convolution's
/// stages) has each size in its name: `channel_16`, `channel_32`.
struct ScaleNames {
  private let sizes: [Axis: [Int]]

  init(for layouts: [Layout], examples: Int, positions: Int) {
    var sizes: [Axis: Set<Int>] = [:]
    for layout in layouts {
      for (axis, size) in zip(layout.axes, layout.sizes(examples: examples, positions: positions)) {
        sizes[axis, default: []].insert(size)
      }
    }
    self.sizes = sizes.mapValues { $0.sorted() }
  }

  /// The scale for an axis of this size.
  func name(_ axis: Axis, _ size: Int) -> String {
    let all = sizes[axis] ?? []
    if all.count < 2 { return axis.rawValue }
    if axis == .head, all.count == 2 { return size == all[1] ? "head" : "kv_head" }
    return "\(axis.rawValue)_\(size)"
  }

  /// Every scale by name, with its length.
  var scales: [(name: String, size: Int)] {
    sizes.flatMap { axis, sizes in sizes.map { (name(axis, $0), $0) } }.sorted { $0.0 < $1.0 }
  }
}
