import ActivationStore
import LabelledArrays

/// What of xarray's DataArray the notebook's code uses, so that its outputs can be written before it is run. All arrays are in double precision, and an
/// axis `example` is the last one.
extension LabelledArray {
  /// Numbers along axes, row-major.
  init(_ axes: [LabelledAxis], _ values: [Double]) { self.init("", axes: axes, values: .doubles(values)) }

  /// Row-major over the axes.
  var doubleValues: [Double] {
    guard case .doubles(let values) = values else { preconditionFailure("notebooks compute in double precision") }
    return values
  }

  var examples: Int { axes.last?.name == Schema.Axis.example ? axes[axes.count - 1].count : 1 }
  var hasNumbers: Bool { doubleValues.contains(where: \.isFinite) }

  /// The numbers of one cell, an example each.
  func cell(_ index: Int) -> [Double] { Array(doubleValues[index * examples..<(index + 1) * examples]) }

  /// The entry of each axis that a cell's number stands for.
  func place(ofCell cell: Int) -> [Int] { cellAxes.shape.unravel(cell) }

  /// The mean over examples of what is a number; NaN where there is none.
  var mean: LabelledArray {
    guard axes.last?.name == Schema.Axis.example else { return self }
    let count = examples == 0 ? 0 : count / examples
    return LabelledArray(cellAxes, (0..<count).map { notebookMean(cell($0)) })
  }

  /// The first entry of each of some axes, which are gone then.
  func first(of names: [String]) throws(LabelledArrayError) -> LabelledArray {
    var rest = self
    for name in names { rest = try rest.select(name, at: 0) }
    return rest
  }

  /// The cells' axes in another order; `example` stays last.
  func ordered(_ order: [String]) throws(LabelledArrayError) -> LabelledArray {
    try transpose(order + axisNames.filter { $0 == Schema.Axis.example })
  }

  /// Several axes as one, in front of `example`, with labels such as 0.6.
  func merged(_ parts: [String]) throws(LabelledArrayError) -> LabelledArray {
    let rest = cellAxes.map(\.name).filter { !parts.contains($0) }
    return try ordered(rest + parts).merge(rest.count..<rest.count + parts.count)
  }

  /// The `count` entries of an axis that hold the largest means, in their order.
  func top(_ name: String, _ count: Int) throws(LabelledArrayError) -> LabelledArray {
    let means = mean
    guard let axis = means.axisNames.firstIndex(of: name) else { return self }
    var sizes = [Double](repeating: -1, count: means.axes[axis].count)
    for (index, value) in means.doubleValues.enumerated() where !value.isNaN {
      let entry = means.shape.unravel(index)[axis]
      sizes[entry] = max(sizes[entry], notebookRounded(value.magnitude))
    }
    let order = sizes.indices.sorted { (sizes[$0], $1) > (sizes[$1], $0) }
    return try keep(name, order.prefix(count).sorted())
  }

  /// The axis `sender`, of labels such as 3.1, as two axes, layer and head; nil where it has other labels, or not all heads of all layers.
  var byHead: LabelledArray? {
    guard axes.count == 1, axes[0].name == "sender" else { return nil }
    let places = axes[0].labels.texts.compactMap { label -> [Int]? in
      let parts = label.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
      guard parts.count == 2, let layer = parts[0], let head = parts[1], "\(layer).\(head)" == label else { return nil }
      return [layer, head]
    }
    let (layers, heads) = (Set(places.map { $0[0] }).sorted(), Set(places.map { $0[1] }).sorted())
    guard places.count == axes[0].count, places == layers.flatMap({ layer in heads.map { [layer, $0] } }) else {
      return nil
    }
    return relabelled([LabelledAxis("layer", .integers(layers)), LabelledAxis("head", .integers(heads))])
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
