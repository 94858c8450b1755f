extension LabelledArray {
  /// The part at one label of an axis, without that axis.
  /// - Throws: `LabelledArrayError.noAxis`, `.noLabel`.
  public func select(_ axis: String, _ label: some AxisLabelConvertible) throws(LabelledArrayError) -> LabelledArray {
    try select(axis, at: try index(of: label, on: try place(of: axis)))
  }

  /// The part at one index of an axis, without that axis.
  /// - Throws: `LabelledArrayError.noAxis`, `.outOfRange`.
  public func select(_ axis: String, at index: Int) throws(LabelledArrayError) -> LabelledArray {
    let place = try place(of: axis)
    var rest = axes
    rest.remove(at: place)
    return LabelledArray(name, axes: rest, values: try cut(place, index..<index + 1), attributes: attributes)
  }

  /// The part in a range of indices of an axis; the axis stays.
  /// - Throws: `LabelledArrayError.noAxis`, `.outOfRange`.
  public func slice(_ axis: String, _ range: Range<Int>) throws(LabelledArrayError) -> LabelledArray {
    let place = try place(of: axis)
    let values = try cut(place, range)
    var sliced = axes
    sliced[place] = LabelledAxis(axis, axes[place].labels[range])
    return LabelledArray(name, axes: sliced, values: values, attributes: attributes)
  }

  /// One number, by a label on each axis.
  /// - Throws: `LabelledArrayError.noAxis`, `.noLabel`, `.notOneValue` if an axis is missing, `.notNumbers`.
  public func value(
    at point: KeyValuePairs<String, any AxisLabelConvertible>
  ) throws(LabelledArrayError) -> Float {
    var indices = [Int?](repeating: nil, count: axes.count)
    for (axis, label) in point {
      let place = try place(of: axis)
      indices[place] = try index(of: label, on: place)
    }
    let open = zip(axes, indices).filter { $1 == nil }.map(\.0.name)
    guard open.isEmpty else { throw .notOneValue(array: name, open: open) }
    let cell = shape.ravel(indices.compactMap(\.self))
    switch values {
    case .floats(let values): return values[cell]
    case .doubles(let values): return Float(values[cell])
    case .integers(let values): return Float(values[cell])
    case .flags(let values): return Float(values[cell])
    case .texts: throw .notNumbers(array: name)
    }
  }

  /// One number, by a label on each axis: `array[["layer": 0, "sender": "7.3"]]`.
  /// - Precondition: `value(at:)` would not throw.
  public subscript(point: KeyValuePairs<String, any AxisLabelConvertible>) -> Float {
    do { return try value(at: point) } catch { fatalError(error.message) }
  }

  /// One number, by a label on each axis, for axes with the usual names: `array[layer: 0, head: 6]`.
  /// - Precondition: `value(at:)` would not throw.
  public subscript(
    run run: (any AxisLabelConvertible)? = nil, layer layer: (any AxisLabelConvertible)? = nil,
    position position: (any AxisLabelConvertible)? = nil, head head: (any AxisLabelConvertible)? = nil,
    neuron neuron: (any AxisLabelConvertible)? = nil, sender sender: (any AxisLabelConvertible)? = nil,
    receiver receiver: (any AxisLabelConvertible)? = nil, destination destination: (any AxisLabelConvertible)? = nil,
    source source: (any AxisLabelConvertible)? = nil, coefficient coefficient: (any AxisLabelConvertible)? = nil,
    example example: (any AxisLabelConvertible)? = nil
  ) -> Float {
    let given: KeyValuePairs = [
      "run": run, "layer": layer, "position": position, "head": head, "neuron": neuron, "sender": sender,
      "receiver": receiver, "destination": destination, "source": source, "coefficient": coefficient,
      "example": example,
    ]
    do throws(LabelledArrayError) {
      var part = self
      for case (let axis, let label?) in given { part = try part.select(axis, label.axisLabel) }
      return try part.value(at: [:])
    } catch {
      fatalError(error.message)
    }
  }

  private func index(of label: some AxisLabelConvertible, on place: Int) throws(LabelledArrayError) -> Int {
    guard let index = axes[place].labels.firstIndex(of: label.axisLabel) else {
      throw .noLabel(
        array: name, axis: axes[place].name, label: label.axisLabel.text,
        labels: axes[place].labels.texts)
    }
    return index
  }

  /// The values in a range of one axis.
  private func cut(_ place: Int, _ range: Range<Int>) throws(LabelledArrayError) -> Values {
    let size = axes[place].count
    guard range.lowerBound >= 0, range.upperBound <= size else {
      let outside = range.lowerBound < 0 ? range.lowerBound : range.upperBound - 1
      throw .outOfRange(array: name, axis: axes[place].name, index: outside, count: size)
    }
    let (before, after) = shape.around(place)
    func kept<T>(_ all: [T]) -> [T] {
      (0..<before).flatMap { all[($0 * size + range.lowerBound) * after..<($0 * size + range.upperBound) * after] }
    }
    switch values {
    case .floats(let values): return .floats(kept(values))
    case .doubles(let values): return .doubles(kept(values))
    case .integers(let values): return .integers(kept(values))
    case .flags(let values): return .flags(kept(values))
    case .texts(let values): return .texts(kept(values))
    }
  }
}
