import Tensors

/// How far a direction moves when one example is left out.
public struct Influence: Sendable, Equatable {
  /// Its index among the training examples.
  public let example: Int
  /// The cosine between the directions with and without the example; 1 for an example that does not matter.
  public let cosine: Double
  /// The length of the change of the weights over the length of the weights with all examples.
  public let change: Double

  /// - Parameters:
  ///   - with: the weights, [width].
  ///   - without: the weights without the example.
  init(example: Int, with: [Double], without: [Double]) {
    self.example = example
    cosine = Vectors.dot(with, without) / (Vectors.norm(with) * Vectors.norm(without))
    change = Vectors.norm(Vectors.minus(without, with)) / Vectors.norm(with)
  }

  /// The influences that turn the direction most, strongest first.
  public static func strongest(_ influences: [Influence], _ count: Int) -> [Influence] {
    Array(influences.sorted { ($0.cosine, $0.example) < ($1.cosine, $1.example) }.prefix(count))
  }

  // MARK: - Exact

  /// For the mean difference: leaving out x of class c moves that class's mean by (mean - x) / (count - 1).
  /// - Returns: one for each example, in order.
  /// - Throws: `AnalysisError` unless each of the two classes has two examples.
  public static func onMeanDifference(_ examples: Examples) throws(AnalysisError) -> [Influence] {
    try examples.requireTwoClasses("the mean difference", needed: 2)
    let moments = try examples.moments(covariance: .none)
    let means = DenseMatrix(rows: 2, columns: examples.width, values: moments.classMeans.values)
    let difference = try moments.meanDifference().vector
    return (0..<examples.count).map { example in
      let label = examples.classes[example]
      let factor = (label == 1 ? 1.0 : -1.0) / Double(moments.counts[label] - 1)
      let away = Vectors.minus(means.row(label), examples.row(example))
      return Influence(example: example, with: difference, without: Vectors.adding(difference, factor, away))
    }
  }

  /// For the linear discriminant: leaving out x removes n / (n - 1) (x - mean)(x - mean)^T from the scatter within
  /// classes, n being its class's count, so the inverse changes by one outer product (Sherman and Morrison 1950). Exact
  /// without shrinkage; with shrinkage, what it adds to the diagonal is assumed not to change.
  /// - Returns: one for each example, in order.
  /// - Throws: `AnalysisError` unless each of the two classes has two examples;
  ///   `LinearAlgebraError.notPositiveDefinite` if there are fewer examples than features and no shrinkage.
  public static func onLinearDiscriminant(_ examples: Examples, shrinkage: Double = 0) throws -> [Influence] {
    try examples.requireTwoClasses("the linear discriminant", needed: 2)
    let moments = try examples.moments(forShrinkage: shrinkage)
    let factor = try CholeskyFactor(of: moments.shrunkWithin(shrinkage))
    let means = moments.classMeans
    let difference = Vectors.minus(means.row(1), means.row(0))
    let weights = factor.solve(difference)
    let deviations = DenseMatrix(
      (0..<examples.count).map { Vectors.minus(examples.row($0), means.row(examples.classes[$0])) })
    let solved = factor.solveRows(deviations)
    return (0..<examples.count).map { example in
      let label = examples.classes[example]
      let count = Double(moments.counts[label])
      let (deviation, inverse) = (deviations.row(example), solved.row(example))
      let sign = label == 1 ? 1.0 : -1.0
      // mean without x = mean - (x - mean) / (count - 1).
      let shift = -sign / (count - 1)
      let target = Vectors.adding(weights, shift, inverse)
      let part = (1 - shrinkage) / Double(examples.count) * count / (count - 1)
      let height = part * Vectors.dot(deviation, inverse)
      let along = Vectors.dot(deviation, weights) + shift * Vectors.dot(deviation, inverse)
      // The covariance is then over one example less, which only affects the scale; the change below ignores it.
      let without = Vectors.adding(target, part * along / (1 - height), inverse)
      return Influence(example: example, with: weights, without: without)
    }
  }

  /// For the ridge probe: w without x is w - A^-1 x e / (1 - h), where e is the residual and h the leverage of x,
  /// including the unpenalised bias.
  /// - Returns: one for each example, in order.
  /// - Throws: as `RidgeRegression`.
  public static func onRidge(rows: Matrix, numbers: [Double], penalty: Double) throws -> [Influence] {
    var accumulator = LabelMomentAccumulator(width: rows.columns)
    try accumulator.add(rows, numbers: numbers)
    let moments = try accumulator.moments()
    let fit = try RidgeRegression(moments, penalty: penalty)
    var matrix = moments.features.totalScatter
    for feature in 0..<matrix.rows { matrix[feature, feature] += penalty }
    let factor = try CholeskyFactor(of: matrix)
    let mean = moments.features.mean
    let residuals = zip(fit.predictions(of: rows), numbers).map { $1 - $0 }
    let centered = DenseMatrix((0..<rows.rows).map { Vectors.minus(rows.doubles(row: $0), mean) })
    let solved = factor.solveRows(centered)
    return (0..<rows.rows).map { example in
      let inverse = solved.row(example)
      // For centred rows the bias is the mean label, which adds 1 / n to the leverage and nothing to the direction.
      let leverage = Vectors.dot(centered.row(example), inverse) + 1 / Double(rows.rows)
      let without = Vectors.adding(fit.weights, -residuals[example] / (1 - leverage), inverse)
      return Influence(example: example, with: fit.weights, without: without)
    }
  }

  // MARK: - One Newton step

  /// For the logistic probe: one Newton step from the optimum towards that of the loss without the example (Pregibon
  /// 1981). Not exact: for examples that matter much, the true optimum lies a little further in the same direction.
  /// - Returns: one for each example, in order.
  /// - Throws: as `LogisticRegression`.
  public static func onLogistic(_ examples: Examples, penalty: Double) throws(AnalysisError) -> [Influence] {
    let fit = try LogisticRegression(examples, penalty: penalty)
    var sum = [Double](repeating: 0, count: examples.width)
    examples.rows.addRowSum(to: &sum)
    let center = sum.map { Float($0 / Double(examples.count)) }
    let probabilities = fit.scores(of: examples.rows).map(Logistic.probability)
    let curvatures = probabilities.map { max($0 * (1 - $0), 1e-12) }
    let second = SecondDerivatives(rows: examples.rows, center: center, curvatures: curvatures, penalty: penalty)
    let mean = center.map(Double.init)
    let centered = DenseMatrix((0..<examples.count).map { Vectors.minus(examples.row($0), mean) })
    let (solved, biases) = second.solveRows(centered, [Double](repeating: 1, count: examples.count))
    return (0..<examples.count).map { example in
      let inverse = solved.row(example)
      let leverage = curvatures[example] * (Vectors.dot(centered.row(example), inverse) + biases[example])
      let residual = probabilities[example] - Double(examples.classes[example])
      let without = Vectors.adding(fit.weights, residual / (1 - leverage), inverse)
      return Influence(example: example, with: fit.weights, without: without)
    }
  }
}

extension Examples {
  /// One example's activation as float64, [width].
  func row(_ index: Int) -> [Double] { rows.doubles(row: index) }
}

extension Matrix {
  func doubles(row: Int) -> [Double] { withRow(row) { $0.map(Double.init) } }
}
