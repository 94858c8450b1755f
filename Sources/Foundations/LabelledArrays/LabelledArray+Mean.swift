extension LabelledArray {
  /// The mean over an axis in double precision, skipping NaN; NaN if nothing is left.
  /// - Throws: `LabelledArrayError.noAxis`, `.notNumbers`.
  public func mean(over axis: String) throws(LabelledArrayError) -> LabelledArray {
    let place = try place(of: axis)
    let numbers = try numbers()
    let size = axes[place].count
    let (before, after) = shape.around(place)
    var means: [Float] = []
    means.reserveCapacity(before * after)
    for outer in 0..<before {
      for inner in 0..<after {
        var (sum, count) = (0.0, 0)
        for index in 0..<size {
          let number = numbers[(outer * size + index) * after + inner]
          if number.isNaN { continue }
          (sum, count) = (sum + Double(number), count + 1)
        }
        means.append(count == 0 ? .nan : Float(sum / Double(count)))
      }
    }
    var rest = axes
    rest.remove(at: place)
    return LabelledArray(name, axes: rest, values: means, attributes: attributes)
  }
}
