import Diagnostics
import LabelledArrays
import Testing

/// Effects compared with a reference that goes through one cell's examples at a time.
@Suite struct EffectTests {
  struct Case: Sendable {
    let values, base, other: [Float]
    var cells: Int { values.count / max(1, base.count) }
  }

  /// Some numbers are missing, some baselines equal, one value infinite.
  static func sample(cells: Int, examples: Int, seed: UInt64) -> Case {
    var generator = SplitMix64(seed: seed)
    func number() -> Float { Float(Int.random(in: -8...8, using: &generator)) / 4 }
    let base = (0..<examples).map { _ in number() }
    let other = base.map { Int.random(in: 0..<4, using: &generator) == 0 ? $0 : number() }
    let values = (0..<cells * examples).map { _ -> Float in
      switch Int.random(in: 0..<8, using: &generator) {
      case 0: .nan
      case 1: seed % 2 == 0 ? .infinity : .nan
      default: number()
      }
    }
    return Case(values: values, base: base, other: other)
  }

  static func reference(_ sample: Case, cell: Int, closest: Double = 0) -> Effect {
    let all = sample.base.indices.compactMap { example -> (value: Double, base: Double, other: Double)? in
      let value = Double(sample.values[cell * sample.base.count + example])
      return value.isFinite ? (value, Double(sample.base[example]), Double(sample.other[example])) : nil
    }
    func mean(_ numbers: [Double]) -> Double { numbers.isEmpty ? .nan : numbers.reduce(0, +) / Double(numbers.count) }
    let ratios = all.filter { abs($0.other - $0.base) > closest }.map { ($0.value - $0.base) / ($0.other - $0.base) }
    let gap = mean(all.map { $0.other }) - mean(all.map { $0.base })
    return Effect(
      meanOfRatios: mean(ratios), ratioOfMeans: gap == 0 ? .nan : mean(all.map { $0.value - $0.base }) / gap,
      meanChange: mean(all.map { $0.value - $0.base }), mean: mean(all.map(\.value)), examples: ratios.count,
      withoutEffect: all.count - ratios.count)
  }

  static func same(_ a: Effect, _ b: Effect) -> Bool {
    func near(_ a: Double, _ b: Double) -> Bool { (a.isNaN && b.isNaN) || abs(a - b) <= 1e-12 * max(1, abs(b)) }
    return near(a.meanOfRatios, b.meanOfRatios) && near(a.ratioOfMeans, b.ratioOfMeans)
      && near(a.meanChange, b.meanChange) && near(a.mean, b.mean) && a.examples == b.examples
      && a.withoutEffect == b.withoutEffect
  }

  @Test func asTheReferenceHasThem() {
    for seed in 0..<20 as Range<UInt64> {
      for (cells, examples) in [(1, 1), (3, 1), (1, 5), (4, 3), (7, 16)] {
        let sample = Self.sample(cells: cells, examples: examples, seed: seed)
        var sums = EffectSums(cells: cells, base: sample.base, other: sample.other)
        sums.add(sample.values, cells: 0..<cells, examples: 0..<examples)
        for cell in 0..<cells { #expect(Self.same(sums[cell], Self.reference(sample, cell: cell)), "\(seed) \(cell)") }
        #expect(sums.examplesWithoutGap == zip(sample.base, sample.other).count { $0 == $1 })
        #expect(sums.transfer == nil && sums.cells == cells)
      }
    }
  }

  @Test func blocksComeToTheSameInAnyOrder() {
    let sample = Self.sample(cells: 6, examples: 8, seed: 3)
    for (rows, columns) in [(1, 1), (2, 3), (6, 2), (4, 8)] {
      var sums = EffectSums(cells: 6, base: sample.base, other: sample.other)
      for first in stride(from: 0, to: 8, by: columns).reversed() {
        for cell in stride(from: 0, to: 6, by: rows) {
          let (cells, examples) = (cell..<min(6, cell + rows), first..<min(8, first + columns))
          let values = cells.flatMap { cell in examples.map { sample.values[cell * 8 + $0] } }
          sums.add(values, cells: cells, examples: examples)
        }
      }
      for cell in 0..<6 { #expect(Self.same(sums[cell], Self.reference(sample, cell: cell))) }
    }
  }

  @Test func changesAreValuesLessTheBase() {
    let sample = Self.sample(cells: 5, examples: 4, seed: 8)
    let changes = sample.values.indices.map { sample.values[$0] - sample.base[$0 % 4] }
    var sums = EffectSums(cells: 5, base: sample.base, other: sample.other)
    sums.add(changes, cells: 0..<5, examples: 0..<4, measured: .changes)
    for cell in 0..<5 { #expect(Self.same(sums[cell], Self.reference(sample, cell: cell))) }
  }

  @Test func smallGapsAreLeftOut() {
    // Gaps 0, 1, 2, 4, 8: their median is 2.
    let (base, other): ([Float], [Float]) = ([1, 1, 1, 1, 1], [1, 2, -1, 5, 9])
    let sample = Case(values: [2, 2, 2, 2, 2], base: base, other: other)
    for (share, closest, examples) in [(0, 0, 4), (0.4, 0.8, 4), (0.5, 1, 3), (1, 2, 2), (4, 8, 0)] {
      var sums = EffectSums(cells: 1, base: base, other: other, minimumGap: share)
      sums.add(sample.values, cells: 0..<1, examples: 0..<5)
      #expect(Self.same(sums[0], Self.reference(sample, cell: 0, closest: closest)))
      #expect(sums[0].examples == examples && sums.examplesWithoutGap == 5 - examples)
    }
  }

  @Test func ratiosOfRoundingAreLeftOut() {
    var sums = EffectSums(cells: 1, base: [0, 0], other: [1e-20, 1])
    sums.add([0.5, 0.5], cells: 0..<1, examples: 0..<2)
    #expect(sums[0].meanOfRatios == 0.5 && sums[0].examples == 1 && sums[0].withoutEffect == 1)
  }

  /// The values of single examples add up to those of cells, whether values or changes are given.
  @Test(arguments: 1...4) func examplesHaveChangesAndRatios(examples: Int) {
    let sample = Self.sample(cells: 6, examples: examples, seed: UInt64(examples) * 2 + 1)
    let sums = EffectSums(cells: 0, base: sample.base, other: sample.other)
    let (changes, ratios) = (sums.changes(of: sample.values), sums.ratios(of: sample.values))
    func mean(_ numbers: some Sequence<Double>) -> Double {
      let there = numbers.filter { !$0.isNaN }
      return there.isEmpty ? .nan : there.reduce(0, +) / Double(there.count)
    }
    func near(_ a: Double, _ b: Double) -> Bool { (a.isNaN && b.isNaN) || abs(a - b) <= 1e-12 }
    for cell in 0..<6 {
      let (row, expected) = (cell * examples..<(cell + 1) * examples, Self.reference(sample, cell: cell))
      #expect(near(mean(changes[row]), expected.meanChange) && near(mean(ratios[row]), expected.meanOfRatios))
    }
    let given = changes.map { Float($0) }
    let again = sums.ratios(of: given, measured: .changes)
    #expect(sums.changes(of: given, measured: .changes).count { !$0.isNaN } == changes.count { !$0.isNaN })
    for (ratio, expected) in zip(again, ratios) { #expect(near(ratio, expected)) }
  }

  @Test func transferIsOwnAndOthers() {
    var sums = EffectSums(cells: 2, base: [0, 0], other: [1, 2], sources: [0, 1])
    sums.add([1, 1, 0.25, 2], cells: 0..<2, examples: 0..<2)
    #expect(sums.transfer == EffectSums.Transfer(own: 1, others: 0.375))
  }

  @Test func arraysHaveTheEffectsOfTheirCells() throws {
    for place in 0..<3 {
      for examples in 1...4 {
        var sizes = [2, 3]
        sizes.insert(examples, at: place)
        let names = ["layer", "head"]
        var axes = [LabelledAxis("layer", .range(2)), LabelledAxis("head", .range(3))]
        axes.insert(LabelledAxis("example", .range(examples)), at: place)
        let sample = Self.sample(cells: 6, examples: examples, seed: UInt64(place * 4 + examples))
        var moved = [Float](repeating: 0, count: sample.values.count)
        for (cell, indices) in Small.indices([2, 3]).enumerated() {
          for example in 0..<examples {
            var at = indices
            at.insert(example, at: place)
            moved[Shape(sizes).ravel(at)] = sample.values[cell * examples + example]
          }
        }
        func baseline(_ values: [Float]) -> LabelledArray {
          LabelledArray("b", axes: [LabelledAxis("example", .range(examples))], values: values)
        }
        let array = LabelledArray("kl", axes: axes, values: moved)
        let effects = try array.effects(base: baseline(sample.base), other: baseline(sample.other))
        let expected = (0..<6).map { Self.reference(sample, cell: $0) }
        #expect(effects.mean.axes.map(\.name) == names && effects.meanOfRatios.axes.map(\.count) == [2, 3])
        #expect(LabelledArraysTests.same(try effects.meanOfRatios.numbers(), expected.map { Float($0.meanOfRatios) }))
        #expect(LabelledArraysTests.same(try effects.ratioOfMeans.numbers(), expected.map { Float($0.ratioOfMeans) }))
        #expect(LabelledArraysTests.same(try effects.meanChange.numbers(), expected.map { Float($0.meanChange) }))
        #expect(LabelledArraysTests.same(try effects.mean.numbers(), expected.map { Float($0.mean) }))
        #expect(effects.examples.values == .integers(expected.map(\.examples)))
        #expect(effects.withoutEffect.values == .integers(expected.map(\.withoutEffect)))
        let single = try array.exampleEffects(base: baseline(sample.base), other: baseline(sample.other))
        #expect(single.axes.map(\.name) == names + ["example"])
        #expect(
          LabelledArraysTests.same(
            try single.mean(over: "example").numbers(), expected.map { Float($0.meanOfRatios) }))
      }
    }
  }
}
