/// What the cells of an array do to a metric: arrays along the axes of the cells.
public struct Effects: Sendable, Hashable {
  /// Like the properties of `Effect`; the two counts are integers.
  public let meanOfRatios, ratioOfMeans, meanChange, mean, examples, withoutEffect: LabelledArray
}

extension LabelledArray {
  /// What each cell does to the metric in this array, which holds that of the patched runs along `example` and any
  /// other axes.
  /// - Parameters:
  ///   - base: [example], the metric of the run that is edited; `other`: that of the run that patches come from.
  ///   - minimumGap: see `EffectSums`.
  /// - Throws: `LabelledArrayError.noAxis` for arrays without `example`, `.otherExamples`, `.notNumbers`.
  public func effects(
    base: LabelledArray, other: LabelledArray, minimumGap: Double = 0
  ) throws(LabelledArrayError) -> Effects {
    let rows = try byExample(base, other)
    var sums = EffectSums(
      cells: rows.cells, base: rows.base, other: rows.other, minimumGap: minimumGap)
    sums.add(rows.values, cells: 0..<rows.cells, examples: 0..<rows.base.count)
    let effects = (0..<rows.cells).map { sums[$0] }
    func numbers(_ name: String, _ value: (Effect) -> Double) -> LabelledArray {
      LabelledArray(name, axes: rows.axes, values: effects.map { Float(value($0)) })
    }
    func counts(_ name: String, _ value: (Effect) -> Int) -> LabelledArray {
      LabelledArray(name, axes: rows.axes, values: .integers(effects.map(value)))
    }
    return Effects(
      meanOfRatios: numbers("mean_of_ratios", \.meanOfRatios),
      ratioOfMeans: numbers("ratio_of_means", \.ratioOfMeans), meanChange: numbers("mean_change", \.meanChange),
      mean: numbers("mean", \.mean), examples: counts("examples", \.examples),
      withoutEffect: counts("without_effect", \.withoutEffect))
  }

  /// Each example's effect, [cell axes..., example]: (patched - base) / (other - base), NaN if it has none.
  /// - Parameters: as `effects(base:other:minimumGap:)`.
  /// - Throws: as `effects(base:other:minimumGap:)`.
  public func exampleEffects(
    base: LabelledArray, other: LabelledArray, minimumGap: Double = 0
  ) throws(LabelledArrayError) -> LabelledArray {
    let rows = try byExample(base, other)
    let sums = EffectSums(cells: 0, base: rows.base, other: rows.other, minimumGap: minimumGap)
    let ratios = sums.ratios(of: rows.values).map { Float($0) }
    let place = try place(of: "example")
    return LabelledArray("effect", axes: rows.axes + [axes[place]], values: ratios)
  }

  /// Values [cell, example] in the order of the axes other than `example`, and the two baselines.
  private func byExample(
    _ base: LabelledArray, _ other: LabelledArray
  ) throws(LabelledArrayError) -> (axes: [LabelledAxis], cells: Int, values: [Float], base: [Float], other: [Float]) {
    let place = try place(of: "example")
    for baseline in [base, other] where baseline.axes != [axes[place]] {
      throw .otherExamples(array: name, other: baseline.name)
    }
    let numbers = try numbers()
    let (size, (before, after)) = (axes[place].count, shape.around(place))
    var rest = axes
    rest.remove(at: place)
    var values: [Float] = []
    if after == 1 {
      values = numbers
    } else {
      values.reserveCapacity(numbers.count)
      for outer in 0..<before {
        for inner in 0..<after {
          for example in 0..<size { values.append(numbers[(outer * size + example) * after + inner]) }
        }
      }
    }
    return (rest, before * after, values, try base.numbers(), try other.numbers())
  }
}
