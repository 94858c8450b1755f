import ActivationStore
import LabelledArrays

/// The parts of xarray's DataArray that the notebook's code uses, so that its outputs can be computed without running
/// it. All arrays are in double precision, with an axis `example` last.
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

  /// The numbers of one cell, one per example.
  func cell(_ index: Int) -> [Double] { Array(doubleValues[index * examples..<(index + 1) * examples]) }

  /// The entry of each axis for a cell's number.
  func place(ofCell cell: Int) -> [Int] { cellAxes.shape.unravel(cell) }

  /// The mean of the finite values over examples; NaN if there are none.
  var mean: LabelledArray {
    guard axes.last?.name == Schema.Axis.example else { return self }
    let count = examples == 0 ? 0 : count / examples
    return LabelledArray(cellAxes, (0..<count).map { notebookMean(cell($0)) })
  }

  /// Selects the first entry of some axes, which are then removed.
  func first(of names: [String]) throws(LabelledArrayError) -> LabelledArray {
    var rest = self
    for name in names { rest = try rest.select(name, at: 0) }
    return rest
  }

  /// The cells' axes in another order; `example` stays last.
  func ordered(_ order: [String]) throws(LabelledArrayError) -> LabelledArray {
    try transpose(order + axisNames.filter { $0 == Schema.Axis.example })
  }

  /// Combines several axes into one, before `example`, with labels such as 0.6.
  func merged(_ parts: [String]) throws(LabelledArrayError) -> LabelledArray {
    let rest = cellAxes.map(\.name).filter { !parts.contains($0) }
    return try ordered(rest + parts).merge(rest.count..<rest.count + parts.count)
  }

  /// The `count` entries of an axis with the largest means, in their order.
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

  /// The axis `sender`, with labels such as 3.1, as two axes, layer and head; nil if it has other labels, or not all
  /// heads of all layers.
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

/// The mean of the finite values; NaN if there are none.
func notebookMean(_ values: some Sequence<Double>) -> Double {
  var (sum, count) = (0.0, 0)
  for value in values where !value.isNaN { (sum, count) = (sum + value, count + 1) }
  return count == 0 ? .nan : sum / Double(count)
}

/// Rounds to six decimals, like numpy's `round`, so that values that differ only in their last bits keep their order.
func notebookRounded(_ value: Double) -> Double { (value * 1e6).rounded(.toNearestOrEven) / 1e6 }
