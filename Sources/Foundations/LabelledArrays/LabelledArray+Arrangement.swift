extension LabelledArray {
  /// Some entries of an axis, in the order of `indices`.
  /// - Throws: `LabelledArrayError.noAxis`, `.outOfRange`.
  public func keep(_ axis: String, _ indices: [Int]) throws(LabelledArrayError) -> LabelledArray {
    let place = try place(of: axis)
    if let outside = indices.first(where: { $0 < 0 || $0 >= axes[place].count }) {
      throw .outOfRange(array: name, axis: axis, index: outside, count: axes[place].count)
    }
    var kept = axes
    kept[place] = LabelledAxis(axis, axes[place].labels[indices])
    return gathered(along: kept) { entry in
      var entry = entry
      entry[place] = indices[entry[place]]
      return entry
    }
  }

  /// The same array with its axes in another order.
  /// - Parameter names: each axis once, outermost first.
  /// - Throws: `LabelledArrayError.noAxis`.
  /// - Precondition: all axes are named.
  public func transpose(_ names: [String]) throws(LabelledArrayError) -> LabelledArray {
    var places: [Int] = []
    for axis in names { places.append(try place(of: axis)) }
    precondition(places.count == axes.count, "'\(name)' has \(axes.count) axes and is to have \(places.count)")
    if places == Array(axes.indices) { return self }
    return gathered(along: places.map { axes[$0] }) { entry in
      var source = entry
      for (index, place) in places.enumerated() { source[place] = entry[index] }
      return source
    }
  }

  /// Joins several neighbouring axes into one, whose labels are theirs joined by dots: 0.6.
  /// - Parameter range: indices of the axes.
  /// - Returns: an array whose axis has their names, joined by dots.
  /// - Precondition: the array has these axes.
  public func merge(_ range: Range<Int>) -> LabelledArray {
    let merging = Array(axes[range])
    let labels = (0..<merging.shape.count).map { cell in
      merging.labels(ofCell: cell).map { label in
        if case .number(let number) = label { "\(number)" } else { label.text }
      }.joined(separator: ".")
    }
    var merged = axes
    merged.replaceSubrange(
      range, with: [LabelledAxis(merging.map(\.name).joined(separator: "."), .texts(labels))])
    return LabelledArray(name, axes: merged, values: values, attributes: attributes)
  }

  /// The same values along other axes.
  /// - Precondition: these axes span as many cells.
  public func relabelled(_ axes: [LabelledAxis]) -> LabelledArray {
    LabelledArray(name, axes: axes, values: values, attributes: attributes)
  }

  /// Values picked from this array.
  /// - Parameters:
  ///   - target: the axes of the result.
  ///   - source: the indices in this array of an entry of the result.
  private func gathered(along target: [LabelledAxis], _ source: ([Int]) -> [Int]) -> LabelledArray {
    let (from, to) = (shape, target.shape)
    let places = (0..<to.count).map { from.ravel(source(to.unravel($0))) }
    let picked: Values =
      switch values {
      case .floats(let values): .floats(places.map { values[$0] })
      case .doubles(let values): .doubles(places.map { values[$0] })
      case .integers(let values): .integers(places.map { values[$0] })
      case .flags(let values): .flags(places.map { values[$0] })
      case .texts(let values): .texts(places.map { values[$0] })
      }
    return LabelledArray(name, axes: target, values: picked, attributes: attributes)
  }
}
