import Analysis
import Tensors
import Testing

@Suite struct StreamingTests {
  /// Class 0: (0, 0), (2, 0); class 1: (4, 6). Means (1, 0) and (4, 6); overall (2, 2).
  static let rows = matrix([[0, 0], [2, 0], [4, 6]])
  static let classes = [0, 0, 1]

  @Test(arguments: [MomentAccumulator.Covariance.pooled, .perClass])
  func byHand(covariance: MomentAccumulator.Covariance) throws {
    var accumulator = MomentAccumulator(width: 2, classes: 2, covariance: covariance)
    try accumulator.add(Self.rows, classes: Self.classes)
    let moments = try accumulator.moments()
    #expect(moments.counts == [2, 1] && moments.count == 3)
    #expect(moments.classMeans == DenseMatrix([[1, 0], [4, 6]]))
    #expect(near(moments.mean, [2, 2]))
    // Deviations (-2, -2), (0, -2), (2, 4).
    #expect(near(moments.totalScatter.values, [8, 12, 12, 24]))
    #expect(near(moments.withinScatter.values, [2, 0, 0, 0]))
    #expect(near(moments.betweenScatter.values, [6, 12, 12, 24]))
    #expect(near(moments.covariance.values, [4, 6, 6, 12]))
    // The features with the indicator of class 1: half the sum of (x - mean)(indicator - 1/3) = half of (2, 4).
    #expect(near(moments.crossCovariance.column(1), [1, 2]))
    #expect(near(moments.meanSquares, [20.0 / 3, 12]))
    if covariance == .perClass {
      #expect(near(moments.covariance(ofClass: 0).values, [2, 0, 0, 0]))
      #expect(near(moments.covariance(ofClass: 1).values, [0, 0, 0, 0]))
    }
  }

  /// In whatever pieces the rows arrive, to the last bit.
  @Test(arguments: [MomentAccumulator.Covariance.none, .pooled, .perClass])
  func piecesDoNotMatter(covariance: MomentAccumulator.Covariance) throws {
    var numbers = Numbers(seed: 1)
    let examples = try numbers.examples(2500, 9)
    var whole = MomentAccumulator(width: 9, classes: 2, covariance: covariance)
    try whole.add(examples.rows, classes: examples.classes)
    let expected = try whole.moments()
    for piece in [1, 7, 1000, 1024, 1025] {
      var accumulator = MomentAccumulator(width: 9, classes: 2, covariance: covariance)
      for start in stride(from: 0, to: 2500, by: piece) {
        let range = start..<min(start + piece, 2500)
        try accumulator.add(examples.rows.rows(range), classes: Array(examples.classes[range]))
      }
      let found = try accumulator.moments()
      #expect(found.counts == expected.counts)
      // Sums of rows are computed four at a time, so the last bit of a mean may differ; products use the same blocks.
      #expect(near(found.classMeans.values, expected.classMeans.values, 1e-14))
      if covariance != .none { #expect(near(found.totalScatter.values, expected.totalScatter.values, 1e-12)) }
    }
  }

  @Test(arguments: [MomentAccumulator.Covariance.none, .pooled, .perClass])
  func mergingIsAddingInOrder(covariance: MomentAccumulator.Covariance) throws {
    var numbers = Numbers(seed: 2)
    let examples = try numbers.examples(3000, 6)
    var whole = MomentAccumulator(width: 6, classes: 2, covariance: covariance)
    try whole.add(examples.rows, classes: examples.classes)
    let expected = try whole.moments()
    var merged = MomentAccumulator(width: 6, classes: 2, covariance: covariance)
    for range in [0..<10, 10..<10, 10..<1500, 1500..<3000] {
      var part = MomentAccumulator(width: 6, classes: 2, covariance: covariance)
      try part.add(examples.rows.rows(range), classes: Array(examples.classes[range]))
      merged.merge(part)
    }
    let found = try merged.moments()
    #expect(found.counts == expected.counts)
    #expect(near(found.classMeans.values, expected.classMeans.values, 1e-12))
    if covariance != .none {
      let scale = expected.totalScatter.trace
      #expect(near(found.totalScatter.values.map { $0 / scale }, expected.totalScatter.values.map { $0 / scale }, 1e-6))
      #expect(
        near(found.withinScatter.values.map { $0 / scale }, expected.withinScatter.values.map { $0 / scale }, 1e-6))
    }
    if covariance == .perClass {
      #expect(near(found.covariance(ofClass: 1).values, expected.covariance(ofClass: 1).values, 1e-5))
    }
  }

  /// A mean a thousand times the deviation would swamp float32 products that were not centred.
  @Test func largeMeansCostNoPrecision() throws {
    var numbers = Numbers(seed: 3)
    let (count, width) = (5000, 200)
    let values = (0..<count * width).map { Float(numbers.normal() + ($0 % width == 3 ? 1000 : 0)) }
    let rows = Tensor(shape: [count, width], values).matrix
    var accumulator = MomentAccumulator(width: width)
    try accumulator.add(rows)
    let found = try accumulator.moments()
    var exact = DenseMatrix(rows)
    let mean = found.mean
    for index in exact.values.indices { exact.values[index] -= mean[index % width] }
    let expected = exact.transposedTimes(exact)
    let deviations = expected.diagonal.map { $0.squareRoot() }
    var worst = 0.0
    for i in 0..<width {
      for j in 0..<width {
        worst = max(worst, abs(found.totalScatter[i, j] - expected[i, j]) / (deviations[i] * deviations[j]))
      }
    }
    #expect(worst < 1e-6)
  }

  @Test func whatIsNotFiniteIsFound() throws {
    var values = [Float](repeating: 1, count: 3000 * 4)
    values[2100 * 4 + 2] = .nan
    let rows = Tensor(shape: [3000, 4], values).matrix
    var accumulator = MomentAccumulator(width: 4)
    try accumulator.add(rows.rows(0..<1500))
    #expect(throws: AnalysisError.notFinite(example: 2100, feature: 2)) { try accumulator.add(rows.rows(1500..<3000)) }
    var huge = MomentAccumulator(width: 1)
    try huge.add(matrix([[-3e30], [3e30]]))
    #expect(throws: AnalysisError.tooLarge(feature: 0)) { try huge.moments() }
  }

  @Test func whatDoesNotFitIsRefused() throws {
    var accumulator = MomentAccumulator(width: 2, classes: 2)
    #expect(throws: AnalysisError.tooFewExamples(purpose: "a mean", found: 0, needed: 1)) { try accumulator.moments() }
    #expect(throws: AnalysisError.otherWidth(found: 3, expected: 2)) { try accumulator.add(matrix([[1, 2, 3]])) }
    #expect(throws: AnalysisError.labelCount(labels: 2, examples: 1)) {
      try accumulator.add(matrix([[1, 2]]), classes: [0, 1])
    }
    try accumulator.add(matrix([[1, 2]]), classes: [1])
    #expect(throws: AnalysisError.labelOutside(example: 2, label: 2, classes: 2)) {
      try accumulator.add(matrix([[1, 2], [3, 4]]), classes: [0, 2])
    }
  }

  @Test func columnsOfAWiderArray() throws {
    let wide = matrix([[9, 0, 0, 9], [9, 2, 0, 9], [9, 4, 6, 9]])
    var accumulator = MomentAccumulator(width: 2)
    try accumulator.add(wide.columns(1..<3))
    #expect(near(try accumulator.moments().totalScatter.values, [8, 12, 12, 24]))
  }

  /// Numbers 1, 2, 6 for rows 0, 1, 5: regression by hand.
  @Test func ridgeByHand() throws {
    var first = LabelMomentAccumulator(width: 1)
    try first.add(matrix([[0], [1]]), numbers: [1, 2])
    var second = LabelMomentAccumulator(width: 1)
    try second.add(matrix([[5]]), numbers: [6])
    first.merge(second)
    let moments = try first.moments()
    #expect(near(moments.labelMean, 3) && near(moments.labelScatter, 14) && near(moments.crossScatter, [14]))
    // Scatter of x about 2: 4 + 1 + 9 = 14, so with penalty 14 the slope is 14 / 28.
    let fit = try RidgeRegression(moments, penalty: 14)
    #expect(near(fit.weights, [0.5], 1e-6) && near(fit.bias, 2, 1e-6))
    let predictions = fit.predictions(of: matrix([[0], [1], [5]]))
    #expect(near(predictions, [2, 2.5, 4.5], 1e-6))
    // 1 - (1 + 0.25 + 2.25) / 14.
    #expect(near(RidgeRegression.explained([1, 2, 6], by: predictions), 0.75, 1e-6))
  }
}
