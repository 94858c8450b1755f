import Analysis
import Diagnostics
import Foundation
import Synchronization
import Testing

@Suite struct LinearAlgebraTests {
  static func random(_ rows: Int, _ columns: Int, seed: UInt64) -> DenseMatrix {
    var generator = SplitMix64(seed: seed)
    return DenseMatrix(
      rows: rows, columns: columns,
      values: (0..<rows * columns).map { _ in Double.random(in: -1...1, using: &generator) })
  }

  static func near(_ a: DenseMatrix, _ b: DenseMatrix, _ tolerance: Double = 1e-12) -> Bool {
    a.rows == b.rows && a.columns == b.columns && zip(a.values, b.values).allSatisfy { abs($0 - $1) <= tolerance }
  }

  @Test func productsByHand() {
    let a = DenseMatrix([[1, 2, 3], [4, 5, 6]])
    let b = DenseMatrix([[1, 0], [0, 1], [2, -1]])
    #expect(a * b == DenseMatrix([[7, -1], [16, -1]]))
    #expect(a.timesTransposed(a) == DenseMatrix([[14, 32], [32, 77]]))
    #expect(b.transposedTimes(b) == DenseMatrix([[5, -2], [-2, 2]]))
    #expect(a * [1, 0, -1] == [-2, -2])
    #expect(a.transposed == DenseMatrix([[1, 4], [2, 5], [3, 6]]))
  }

  /// [[2, 1], [1, 2]] has the eigenvalues 3 and 1, along (1, 1) and (1, -1).
  @Test func eigenvectorsByHand() throws {
    let eigen = try SymmetricEigen(of: DenseMatrix([[2, 1], [1, 2]]))
    #expect(abs(eigen.values[0] - 3) < 1e-14 && abs(eigen.values[1] - 1) < 1e-14)
    let half = 0.5.squareRoot()
    #expect(abs(abs(eigen.vectors[0, 0]) - half) < 1e-14 && eigen.vectors[0, 0] * eigen.vectors[0, 1] > 0)
    #expect(abs(abs(eigen.vectors[1, 0]) - half) < 1e-14 && eigen.vectors[1, 0] * eigen.vectors[1, 1] < 0)
  }

  @Test(arguments: 0...6) func everySizeIsPutTogetherAgain(size: Int) throws {
    let square = Self.random(size, size, seed: UInt64(size))
    let symmetric = square + square.transposed
    #expect(Self.near(try SymmetricEigen(of: symmetric).mapped { $0 }, symmetric))
    for columns in 0...6 {
      let matrix = Self.random(size, columns, seed: 7)
      let parts = try SingularValues(of: matrix)
      let again = parts.left.transposed.scalingColumns(by: parts.values) * parts.right
      #expect(Self.near(again, matrix))
      #expect(Self.near(parts.left.timesTransposed(parts.left), .identity(min(size, columns))))
      #expect(Self.near(parts.right.timesTransposed(parts.right), .identity(min(size, columns))))
    }
  }

  /// A = [[4, 2], [2, 3]]: L = [[2, 0], [1, sqrt 2]], determinant 8, A (1, 2) = (8, 8).
  @Test func choleskyByHand() throws {
    let factor = try CholeskyFactor(of: DenseMatrix([[4, 2], [2, 3]]))
    let x = factor.solve([8, 8])
    #expect(abs(x[0] - 1) < 1e-14 && abs(x[1] - 2) < 1e-14)
    #expect(abs(factor.logDeterminant - log(8)) < 1e-14)
    #expect(Self.near(factor.inverse, DenseMatrix([[0.375, -0.25], [-0.25, 0.5]])))
    let rows = factor.solveRows(DenseMatrix([[8, 8], [4, 2]]))
    #expect(Self.near(rows, DenseMatrix([[1, 2], [1, 0]])))
  }

  /// A quarter turn has the eigenvalues i and -i; a triangular matrix has those on its diagonal.
  @Test func generalEigenvaluesByHand() throws {
    let turn = try DenseMatrix([[0, -1], [1, 0]]).eigenvalues()
    #expect(turn.map(\.real).allSatisfy { abs($0) < 1e-15 })
    #expect(turn.map(\.imaginary).sorted().elementsEqual([-1, 1]) { abs($0 - $1) < 1e-15 })
    let triangle = try DenseMatrix([[1, 5, 6], [0, 2, 7], [0, 0, 3]]).eigenvalues()
    #expect(triangle.map(\.real).sorted().elementsEqual([1, 2, 3]) { abs($0 - $1) < 1e-12 })
  }

  @Test func whiteningOfASingularCovariance() throws {
    // Variance 4 along (1, 1)/sqrt 2 and none across it.
    let whitening = try Whitening(covariance: DenseMatrix([[2, 2], [2, 2]]))
    #expect(whitening.rank == 1)
    #expect(Self.near(whitening.whitening, DenseMatrix([[0.25, 0.25], [0.25, 0.25]])))
    #expect(Self.near(whitening.coloring, DenseMatrix([[1, 1], [1, 1]])))
  }

  @Test func generalizedProblem() throws {
    let (a, b) = (DenseMatrix([[2, 0], [0, 3]]), DenseMatrix([[1, 0], [0, 4]]))
    let eigen = try GeneralizedEigen(a, b)
    #expect(abs(eigen.values[0] - 2) < 1e-14 && abs(eigen.values[1] - 0.75) < 1e-14)
    #expect(Self.near(eigen.vectors * b * eigen.vectors.transposed, .identity(2)))
  }

  @Test func whatCannotBeDecomposedIsSaid() {
    let bad = DenseMatrix([[1, 2], [.nan, 1]])
    #expect(throws: LinearAlgebraError.notFinite(row: 1, column: 0)) { try SymmetricEigen(of: bad) }
    #expect(throws: LinearAlgebraError.notFinite(row: 1, column: 0)) { try SingularValues(of: bad) }
    #expect(throws: LinearAlgebraError.notFinite(row: 1, column: 0)) { try bad.eigenvalues() }
    #expect(throws: LinearAlgebraError.notPositiveDefinite(order: 2, size: 2)) {
      try CholeskyFactor(of: DenseMatrix([[1, 2], [2, 1]]))
    }
  }

  /// The library underneath must work when several threads call it at once, which not every build of OpenBLAS does.
  @Test func callersFromSeveralThreadsGetTheSameNumbers() throws {
    let square = Self.random(120, 120, seed: 3)
    let symmetric = square + square.transposed
    let expected = try SymmetricEigen(of: symmetric).values
    let wrong = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: 64) { _ in
      do {
        if try SymmetricEigen(of: symmetric).values != expected { wrong.add(1, ordering: .relaxed) }
      } catch {
        wrong.add(1, ordering: .relaxed)
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
  }
}
