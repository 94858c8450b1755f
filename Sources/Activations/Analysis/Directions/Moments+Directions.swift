import Foundation

extension Moments {
  /// The mean of class 1 minus the mean of class 0.
  /// - Throws: `AnalysisError` if a class has no examples, for more than two classes, or for equal means.
  public func meanDifference() throws(AnalysisError) -> Direction {
    try requireTwoClasses("the mean difference")
    return try Direction(Vectors.minus(classMeans.row(1), classMeans.row(0)), method: "the mean difference")
  }

  /// The linear discriminant for two classes, S^-1 (mean 1 - mean 0), with the bias that makes w.x + b the log odds if
  /// both classes are normal with the covariance S: b = -w.(mean 0 + mean 1) / 2 + log(count 1 / count 0).
  ///
  /// S is the scatter within classes divided by the count, shrunk as in scikit-learn's
  /// `LinearDiscriminantAnalysis(solver: "lsqr")`: (1 - shrinkage) S + shrinkage trace(S) / width I.
  /// - Parameter shrinkage: 0...1. With 0 the pseudo-inverse is used.
  /// - Throws: `AnalysisError` as `meanDifference`; `LinearAlgebraError`.
  public func linearDiscriminant(shrinkage: Double = 0) throws -> LinearDiscriminant {
    try requireTwoClasses("the linear discriminant")
    let difference = Vectors.minus(classMeans.row(1), classMeans.row(0))
    let weights = try solveWithin(difference, shrinkage: shrinkage)
    guard Vectors.norm(weights) > 0 else { throw AnalysisError.noVariance(method: "the linear discriminant") }
    let middle = Vectors.scaled(Vectors.adding(classMeans.row(0), 1, classMeans.row(1)), by: 0.5)
    let odds = Double(counts[1]) / Double(counts[0])
    return LinearDiscriminant(weights: weights, bias: log(odds) - Vectors.dot(weights, middle))
  }

  /// S^-1 v for the shrunk covariance within classes.
  func solveWithin(_ vector: [Double], shrinkage: Double) throws -> [Double] {
    guard shrinkage >= 0, shrinkage <= 1 else { throw AnalysisError.share(name: "the shrinkage", value: shrinkage) }
    let matrix = shrunkWithin(shrinkage)
    guard matrix.trace > 0 else { throw AnalysisError.noVariance(method: "the linear discriminant") }
    // Without shrinkage, eigenvalues may be 0 but for rounding, however many examples there are, and a factorisation
    // would take rounding for data.
    if shrinkage > 0, let factor = try CholeskyFactor.ifPositiveDefinite(matrix) { return factor.solve(vector) }
    let eigen = try SymmetricEigen(of: matrix)
    // As in numpy's least squares.
    let floor = (eigen.values.first ?? 0) * Double(width) * Double.ulpOfOne
    let weighted = zip(eigen.vectors * vector, eigen.values).map { $1 > floor ? $0 / $1 : 0 }
    return (DenseMatrix(rows: 1, columns: width, values: weighted) * eigen.vectors).values
  }

  /// (1 - shrinkage) S + shrinkage trace(S) / width I, with S the scatter within classes over the count.
  func shrunkWithin(_ shrinkage: Double) -> DenseMatrix {
    var matrix = ((1 - shrinkage) / Double(count)) * withinScatter
    guard shrinkage > 0 else { return matrix }
    let mean = withinScatter.trace / Double(count) / Double(width)
    for feature in 0..<width { matrix[feature, feature] += shrinkage * mean }
    return matrix
  }

  func requireTwoClasses(_ method: String, needed: Int = 1) throws(AnalysisError) {
    guard classes <= 2 else { throw .notTwoClasses(method: method, found: classes) }
    try requireClasses(needed)
    guard classes == 2 else { throw .oneClass("0") }
  }
}

/// A direction with a bias: w.x + b is the log odds of class 1 under the discriminant's assumptions.
public struct LinearDiscriminant: Sendable, Equatable {
  /// [width].
  public let weights: [Double]
  public let bias: Double
}
