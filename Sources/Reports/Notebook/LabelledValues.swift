/// Numbers along named and labelled axes: what of xarray's DataArray the notebook's code uses, so that its outputs can be written before it is run.
struct LabelledValues: Sendable, Equatable {
  struct Axis: Sendable, Equatable {
    var name: String
    /// As Python's `str` writes them.
    var labels: [String]
    /// Whether the labels are texts rather than numbers.
    var isText = false
    var count: Int { labels.count }
  }

  /// Outermost first. An axis `example` is the last one.
  var axes: [Axis]
  /// Row-major over the axes.
  var values: [Double]

  static let example = "example"

  var shape: [Int] { axes.map(\.count) }
  var names: [String] { axes.map(\.name) }
  /// The axes of cells.
  var cellAxes: [Axis] { axes.filter { $0.name != Self.example } }
  var examples: Int { axes.last?.name == Self.example ? axes[axes.count - 1].count : 1 }
  var hasNumbers: Bool { values.contains(where: \.isFinite) }

  func axis(_ name: String) -> Int? { axes.firstIndex { $0.name == name } }

  /// The numbers of one cell, an example each.
  func cell(_ index: Int) -> [Double] { Array(values[index * examples..<(index + 1) * examples]) }

  /// The entries that a cell's number stands for, one an axis.
  func place(ofCell cell: Int) -> [Int] {
    var rest = cell
    var place: [Int] = []
    for axis in cellAxes.reversed() {
      place.append(rest % axis.count)
      rest /= axis.count
    }
    return place.reversed()
  }

  /// The mean over examples of what is a number; NaN where there is none.
  var mean: LabelledValues {
    guard axes.last?.name == Self.example else { return self }
    let count = examples == 0 ? 0 : values.count / examples
    return LabelledValues(axes: cellAxes, values: (0..<count).map { notebookMean(cell($0)) })
  }

  /// One entry of an axis, which is gone then.
  func selecting(_ name: String, _ index: Int) -> LabelledValues {
    guard let axis = axis(name) else { return self }
    var rest = axes
    rest.remove(at: axis)
    return gathered(rest) { place in
      var place = place
      place.insert(index, at: axis)
      return place
    }
  }

  /// Some entries of an axis.
  func keeping(_ name: String, _ entries: [Int]) -> LabelledValues {
    guard let axis = axis(name) else { return self }
    var kept = axes
    kept[axis].labels = entries.map { axes[axis].labels[$0] }
    return gathered(kept) { place in
      var place = place
      place[axis] = entries[place[axis]]
      return place
    }
  }

  /// The cells' axes in another order; `example` stays last.
  func transposed(_ order: [String]) -> LabelledValues {
    let sources = (order + names.filter { $0 == Self.example }).compactMap { axis($0) }
    return gathered(sources.map { axes[$0] }) { place in
      var source = place
      for (index, axis) in sources.enumerated() { source[axis] = place[index] }
      return source
    }
  }

  /// Several axes as one, in front of `example`, with labels such as 0.6.
  func merged(_ parts: [String]) -> LabelledValues {
    let rest = cellAxes.map(\.name).filter { !parts.contains($0) }
    let ordered = transposed(rest + parts)
    let merging = parts.compactMap { part in axes.first { $0.name == part } }
    let labels = merging.reduce([[]]) { labels, axis in labels.flatMap { label in axis.labels.map { label + [$0] } } }
    let single = Axis(
      name: parts.joined(separator: "."), labels: labels.map { $0.joined(separator: ".") }, isText: true)
    let kept = ordered.axes.filter { rest.contains($0.name) } + [single] + axes.filter { $0.name == Self.example }
    return LabelledValues(axes: kept, values: ordered.values)
  }

  /// The `count` entries of an axis that hold the largest means, in their order.
  func top(_ name: String, _ count: Int) -> LabelledValues {
    let means = mean
    guard let axis = means.axis(name) else { return self }
    var sizes = [Double](repeating: -1, count: means.axes[axis].count)
    let inner = means.shape.dropFirst(axis + 1).reduce(1, *)
    for (index, value) in means.values.enumerated() where !value.isNaN {
      let entry = index / inner % sizes.count
      sizes[entry] = max(sizes[entry], notebookRounded(value.magnitude))
    }
    let order = sizes.indices.sorted { (sizes[$0], $1) > (sizes[$1], $0) }
    return keeping(name, order.prefix(count).sorted())
  }

  /// The axis `sender`, of labels such as 3.1, as two axes, layer and head; nil where it has other labels, or not all heads of all layers.
  var byHead: LabelledValues? {
    guard axes.count == 1, axes[0].name == "sender" else { return nil }
    let places = axes[0].labels.compactMap { label -> [Int]? in
      let parts = label.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
      guard parts.count == 2, let layer = parts[0], let head = parts[1], "\(layer).\(head)" == label else { return nil }
      return [layer, head]
    }
    let (layers, heads) = (Set(places.map { $0[0] }).sorted(), Set(places.map { $0[1] }).sorted())
    guard places.count == axes[0].count, places == layers.flatMap({ layer in heads.map { [layer, $0] } }) else {
      return nil
    }
    return LabelledValues(
      axes: [Axis(name: "layer", labels: layers.map(String.init)), Axis(name: "head", labels: heads.map(String.init))],
      values: values)
  }

  private func gathered(_ target: [Axis], _ source: ([Int]) -> [Int]) -> LabelledValues {
    let total = target.reduce(1) { $0 * $1.count }
    let shape = shape
    var place = [Int](repeating: 0, count: target.count)
    var gathered: [Double] = []
    gathered.reserveCapacity(total)
    for _ in 0..<total {
      let from = source(place)
      gathered.append(values[zip(shape, from).reduce(0) { $0 * $1.0 + $1.1 }])
      for axis in place.indices.reversed() {
        place[axis] += 1
        if place[axis] < target[axis].count { break }
        place[axis] = 0
      }
    }
    return LabelledValues(axes: target, values: gathered)
  }
}

/// The mean of what is a number; NaN where there is none.
func notebookMean(_ values: some Sequence<Double>) -> Double {
  var (sum, count) = (0.0, 0)
  for value in values where !value.isNaN { (sum, count) = (sum + value, count + 1) }
  return count == 0 ? .nan : sum / Double(count)
}

/// To six decimals, as numpy's `round`: sizes that are the same but for their last bits stay in the order in which they stand.
func notebookRounded(_ value: Double) -> Double { (value * 1e6).rounded(.toNearestOrEven) / 1e6 }
