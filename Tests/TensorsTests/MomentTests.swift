import Tensors
import Testing

/// Sums over rows in float64, for all small sizes and some that leave remainders.
@Suite struct MomentTests {
  private static let sizes = [1, 2, 3, 4, 5, 17, 33]

  @Test func sumsAndProductsOfRows() {
    var numbers = Numbers(seed: 3)
    for rows in 0...9 {
      for columns in Self.sizes {
        let x = numbers.view(rows, columns)
        let center = numbers.tensor([columns]).values
        let factors = numbers.tensor([rows]).values
        for factors in [nil, factors] {
          let found = x.centered(by: center, factors: factors)
          #expect(found.shape == [rows, columns])
          let plain = ReferenceKernels.centered(x, by: center, factors: factors)
          #expect(largestError(found.values, plain) < 1e-6, "\(rows)x\(columns)")
          let weights = factors?.map(Double.init)
          var sums = [Double](repeating: 1, count: columns + 2)
          x.addRowSum(weights: weights, to: &sums, at: 1)
          #expect(sums[0] == 1 && sums[columns + 1] == 1)
          let expected = ReferenceKernels.rowSum(x, weights: weights)
          #expect(zip(sums[1...columns], expected).allSatisfy { abs($0 - 1 - $1) < 1e-12 }, "\(rows)x\(columns)")
        }
        let vector = center.map(Double.init)
        let expected = ReferenceKernels.rowProducts(x, with: vector)
        #expect(zip(x.rowProducts(with: vector), expected).allSatisfy { abs($0 - $1) < 1e-12 }, "\(rows)x\(columns)")
      }
    }
  }

  /// Sums are float64: a million and a millionth do not merge.
  @Test func sumsDoNotLoseSmallNumbers() {
    let x = Tensor(shape: [3, 1], [1e6, 1e-6, -1e6]).matrix
    var sums = [0.0]
    x.addRowSum(to: &sums)
    #expect(abs(sums[0] - 1e-6) < 1e-9)
  }

  @Test func productsOverRows() {
    var numbers = Numbers(seed: 4)
    for rows in [0, 1, 5, 40] {
      // Widths beyond one panel as well.
      for (m, n) in [(1, 1), (3, 2), (17, 33), (96, 5), (97, 100), (230, 7)] {
        let (x, y) = (numbers.view(rows, m), numbers.view(rows, n))
        var cross = [Double](repeating: 2, count: m * n)
        GramProducts.addCross(x, y, to: &cross)
        let plain = ReferenceKernels.cross(x, y)
        #expect(zip(cross, plain).allSatisfy { abs($0 - 2 - $1) < 1e-4 }, "\(rows)x\(m)x\(n)")
        var gram = [Double](repeating: 2, count: m * m)
        GramProducts.addSymmetric(x, to: &gram)
        let square = ReferenceKernels.cross(x, x)
        for i in 0..<m {
          for j in i..<m { #expect(abs(gram[i * m + j] - 2 - square[i * m + j]) < 1e-4) }
        }
      }
    }
  }
}
