import Analysis
import Tensors
import Testing

@Suite struct GeometryTests {
  private static func moments(_ rows: Matrix) throws -> Moments {
    var accumulator = MomentAccumulator(width: rows.columns)
    try accumulator.add(rows)
    return try accumulator.moments()
  }

  /// Points at ±3 along (0.6, 0.8) and ±1 across it, about (10, 0).
  @Test func componentsByHand() throws {
    let rows = matrix([[11.8, 2.4], [8.2, -2.4], [9.2, 0.6], [10.8, -0.6]])
    let found = try PrincipalComponents(Self.moments(rows))
    #expect(near(found.mean, [10, 0], 1e-6))
    #expect(near(found.variances, [6, 2.0 / 3], 1e-5) && near(found.totalVariance, 20.0 / 3, 1e-6))
    #expect(near(found.explained, [0.9, 0.1], 1e-5))
    #expect(near(found.axes.row(0), [0.6, 0.8], 1e-6) && near(found.axes.row(1), [0.8, -0.6], 1e-6))
    #expect(near(found.participationRatio, 1 / (0.81 + 0.01), 1e-5))
    #expect(near(found.projections(of: rows).column(0), [3, -3, 0, 0], 1e-5))
    #expect(throws: AnalysisError.tooMany(what: "components", asked: 3, limit: 2)) {
      try PrincipalComponents(Self.moments(rows), count: 3)
    }
    #expect(throws: AnalysisError.noVariance(method: "principal component analysis")) {
      try PrincipalComponents(Self.moments(matrix([[1, 2], [1, 2]])))
    }
  }

  /// A few of many by iteration, compared with the whole decomposition: falling, flat and low-rank spectra, and a pair
  /// of equal values.
  @Test func leadingEigenvaluesOfManyFeatures() throws {
    let size = 192
    let square = LinearAlgebraTests.random(size, size, seed: 1)
    let axes = try SymmetricEigen(of: square + square.transposed).vectors
    let spectra: [[Double]] = [
      (0..<size).map { 1 / Double(1 + $0) }, (0..<size).map { 1 + 0.001 * Double(size - $0) },
      (0..<size).map { $0 < 3 ? 5 - Double($0) : 0 }, (0..<size).map { $0 < 2 ? 9 : 1 / Double($0) },
      (0..<size).map { $0 == 0 ? 1e6 : 1 / Double($0) },
    ]
    for spectrum in spectra {
      let matrix = axes.transposedTimes(axes.transposed.scalingColumns(by: spectrum).transposed)
      let symmetric = 0.5 * (matrix + matrix.transposed)
      let found = try LeadingEigen(of: symmetric, count: 8)
      #expect(near(found.values, Array(spectrum[..<8]), 1e-8 * spectrum[0]))
      #expect(LinearAlgebraTests.near(found.vectors.timesTransposed(found.vectors), .identity(8), 1e-9))
      let residual = found.vectors * symmetric - DenseMatrix(diagonal: found.values) * found.vectors
      #expect(residual.values.allSatisfy { abs($0) < 1e-8 * spectrum[0] })
      #expect(try LeadingEigen(of: symmetric, count: 8) == found)
    }
  }

  @Test func separationByHand() throws {
    // Scatter between 30, within 2; see the streaming tests.
    let examples = try Examples(rows: StreamingTests.rows, classes: [0, 0, 1], names: ["no", "yes"])
    let found = try ClassSeparation(examples.moments())
    #expect(near(found.betweenOverWithin, 15) && near(found.explained, 30.0 / 32))
    // Points 0, 1 | 5, 9: silhouettes by hand.
    let values = try Silhouette.values(DenseMatrix([[0], [1], [5], [9]]), classes: [0, 0, 7, 7])
    #expect(near(values, [6.0 / 7, 5.0 / 6, 0.5 / 4.5, 4.5 / 8.5]))
    #expect(try Silhouette.values(DenseMatrix([[0], [1], [5]]), classes: [0, 0, 1])[2] == 0)
    #expect(throws: AnalysisError.oneClass("1")) { try Silhouette.mean(DenseMatrix([[0], [1]]), classes: [1, 1]) }
  }

  @Test func alignment() throws {
    var numbers = Numbers(seed: 16)
    let rows = try numbers.examples(1500, 4).rows
    // Rotated by a quarter turn, tripled and shifted, it is the same representation; the other one is unrelated.
    let turned = Tensor(
      shape: [1500, 2], (0..<1500).flatMap { [3 * rows.tensor[[$0, 1]] + 7, -3 * rows.tensor[[$0, 0]]] })
    let other = Tensor(shape: [1500, 2], (0..<3000).map { _ in Float(numbers.normal()) })
    var accumulator = KernelAlignmentAccumulator(widths: [2, 2, 2])
    for range in [0..<100, 100..<1400, 1400..<1500] {
      try accumulator.add([
        rows.columns(0..<2).rows(range), turned.matrix.rows(range), other.matrix.rows(range),
      ])
    }
    let found = try accumulator.alignment()
    #expect(near(found.diagonal, [1, 1, 1]) && near(found[0, 1], 1, 1e-5) && found[0, 2] < 0.02)
    #expect(found == found.transposed)
    var flat = KernelAlignmentAccumulator(widths: [1])
    try flat.add([matrix([[1], [1]])])
    #expect(throws: AnalysisError.noVariance(method: "CKA")) { try flat.alignment() }
    #expect(throws: AnalysisError.notFinite(example: 3, feature: 0)) { try flat.add([matrix([[1], [.infinity]])]) }
  }

  @Test func normsCosinesAndOutliers() throws {
    let rows = matrix([[3, 4], [0, 2], [6, 8]])
    let lengths = Norms.lengths(of: rows)
    #expect(near(lengths, [5, 2, 10]))
    let summary = try NormSummary(lengths)
    #expect(near(summary.mean, 17.0 / 3) && near(summary.median, 5) && summary.smallest == 2 && summary.largest == 10)
    // Squared deviations 4/9, 121/9 and 169/9 over two.
    #expect(near(summary.deviation, (49.0 / 3).squareRoot()))
    let cosines = Norms.cosines(DenseMatrix([[3, 4], [0, 2]]), DenseMatrix([[6, 8], [-1, 0]]))
    #expect(near(cosines.values, [1, -0.6, 0.8, 0]))
    let outlier = try OutlierDimension.found(
      in: Self.moments(matrix([[1, -1, 30, 1, 2], [-1, 1, 40, 1, -2], [1, -1, 50, -1, 2]])), threshold: 6)
    #expect(outlier.count == 1 && outlier[0].feature == 2)
    #expect(near(outlier[0].ratio, (5000.0 / 3).squareRoot(), 1e-6))
    #expect(near(outlier[0].share, 5000.0 / (5000 + 9 + 12), 1e-6))
  }
}
