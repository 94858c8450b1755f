import Diagnostics
import Tensors

/// Activations from one place in a model, each with its class.
public struct Examples: Sendable {
  /// [examples, width].
  public let rows: Matrix
  /// The class of each example, [examples]; for directions, 1 is the positive class.
  public let classes: [Int]
  /// The names of the classes, [classes].
  public let names: [String]

  /// - Throws: `AnalysisError` unless there is a label for each row, each names a class, and all activations are
  ///   finite.
  public init(rows: Matrix, classes: [Int], names: [String]) throws(AnalysisError) {
    guard classes.count == rows.rows else { throw .labelCount(labels: classes.count, examples: rows.rows) }
    if let bad = classes.firstIndex(where: { $0 < 0 || $0 >= names.count }) {
      throw .labelOutside(example: bad, label: classes[bad], classes: names.count)
    }
    try rows.requireFinite()
    self.init(checked: rows, classes, names)
  }

  private init(checked rows: Matrix, _ classes: [Int], _ names: [String]) {
    self.rows = rows
    self.classes = classes
    self.names = names
  }

  public var count: Int { classes.count }
  public var width: Int { rows.columns }

  /// A copy of some examples, in the order of `indices`.
  public func picking(_ indices: [Int]) -> Examples {
    Examples(checked: rows.picking(indices).matrix, indices.map { classes[$0] }, names)
  }

  /// The same activations with the labels shuffled, seeded. A reader trained on these can know nothing.
  public func shufflingLabels(seed: UInt64) -> Examples {
    var generator = SplitMix64(seed: seed)
    return Examples(checked: rows, classes.shuffled(using: &generator), names)
  }

  /// The moments of the examples, by class.
  public func moments(covariance: MomentAccumulator.Covariance = .pooled) throws(AnalysisError) -> Moments {
    var accumulator = MomentAccumulator(width: width, classes: names.count, covariance: covariance)
    try accumulator.add(rows, classes: classes)
    return try accumulator.moments()
  }

  /// Like `moments()`, with all products in float64. For use where the covariance is inverted without shrinkage: with
  /// redundant features or few examples some of its eigenvalues are 0, and float32 products leave noise in their place
  /// that an inverse would take for data.
  public func preciseMoments() throws(AnalysisError) -> Moments {
    let means = try moments(covariance: .none)
    let center = means.mean
    var scatter = DenseMatrix(rows: width, columns: width)
    for start in stride(from: 0, to: count, by: MomentAccumulator.blockRows) {
      let end = min(start + MomentAccumulator.blockRows, count)
      var block = DenseMatrix(rows: end - start, columns: width)
      for row in start..<end {
        rows.withRow(row) { source in
          for feature in 0..<width { block[row - start, feature] = Double(source[feature]) - center[feature] }
        }
      }
      scatter = scatter + block.transposedTimes(block)
    }
    return Moments(counts: means.counts, classMeans: means.classMeans, scatters: [scatter], perClass: false)
  }

  /// Moments for a discriminant: precise if shrinkage does not cover the noise of float32 products.
  func moments(forShrinkage shrinkage: Double) throws(AnalysisError) -> Moments {
    try shrinkage < 0.01 ? preciseMoments() : moments()
  }

  /// - Throws: `AnalysisError` unless there are two classes with at least `needed` examples each.
  func requireTwoClasses(_ method: String, needed: Int = 1) throws(AnalysisError) {
    guard names.count == 2 else {
      guard names.count > 1 else { throw .oneClass(names.first ?? "") }
      throw .notTwoClasses(method: method, found: names.count)
    }
    try requireClasses(needed)
  }

  /// - Throws: `AnalysisError` unless each class has at least `needed` examples.
  func requireClasses(_ needed: Int) throws(AnalysisError) {
    var counts = [Int](repeating: 0, count: names.count)
    for label in classes { counts[label] += 1 }
    let present = names.indices.filter { counts[$0] > 0 }
    guard present.count != 1 else { throw .oneClass(names[present[0]]) }
    for label in names.indices where counts[label] < needed {
      throw .tooFewInClass(name: names[label], found: counts[label], needed: needed)
    }
  }
}

extension Matrix {
  /// - Parameter before: how many rows came before these, to number the example in the error.
  /// - Throws: `AnalysisError.notFinite` for the first number that is NaN or infinite.
  func requireFinite(before: Int = 0) throws(AnalysisError) {
    var sums = [Double](repeating: 0, count: columns)
    addRowSum(to: &sums)
    guard !sums.allSatisfy(\.isFinite) else { return }
    for row in 0..<rows {
      if let feature = withRow(row, { $0.firstIndex { !$0.isFinite } }) {
        throw .notFinite(example: before + row, feature: feature)
      }
    }
  }
}
