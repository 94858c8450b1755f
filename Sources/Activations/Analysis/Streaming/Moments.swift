/// Counts, means and scatter matrices (sums of squared deviations, not yet divided by a count).
public struct Moments: Sendable, Equatable {
  /// Examples of each class, [classes].
  public let counts: [Int]
  /// Row c is the mean of class c (zeros for a class without examples), [classes, width].
  public let classMeans: DenseMatrix
  /// Empty, one of all examples about their mean, or one for each class about its own mean.
  private let scatters: [DenseMatrix]
  private let perClass: Bool

  init(counts: [Int], classMeans: DenseMatrix, scatters: [DenseMatrix], perClass: Bool) {
    self.counts = counts
    self.classMeans = classMeans
    self.scatters = scatters
    self.perClass = perClass
  }

  public var width: Int { classMeans.columns }
  public var classes: Int { counts.count }
  public var count: Int { counts.reduce(0, +) }

  /// The mean of all examples, [width].
  public var mean: [Double] {
    var sum = [Double](repeating: 0, count: width)
    for label in 0..<classes { sum = Vectors.adding(sum, Double(counts[label]), classMeans.row(label)) }
    return Vectors.scaled(sum, by: 1 / Double(count))
  }

  /// sum over examples of (x - mean)(x - mean)^T, [width, width].
  /// - Precondition: covariances were accumulated; likewise for all properties below.
  public var totalScatter: DenseMatrix {
    precondition(!scatters.isEmpty, "accumulated without covariances")
    return perClass ? withinScatter + betweenScatter : scatters[0]
  }

  /// sum over examples of (x - its class's mean)(x - its class's mean)^T, [width, width].
  public var withinScatter: DenseMatrix {
    precondition(!scatters.isEmpty, "accumulated without covariances")
    return perClass ? scatters.dropFirst().reduce(scatters[0], +) : scatters[0] - betweenScatter
  }

  /// sum over classes of count (class mean - mean)(class mean - mean)^T, [width, width].
  public var betweenScatter: DenseMatrix {
    let deviations = weightedDeviations
    return deviations.transposedTimes(deviations)
  }

  /// The covariance of all examples, divided by their count less one, [width, width].
  public var covariance: DenseMatrix { (1 / Double(max(1, count - 1))) * totalScatter }

  /// The covariance of one class, divided by its count less one, [width, width].
  /// - Precondition: accumulated per class.
  public func covariance(ofClass label: Int) -> DenseMatrix {
    precondition(perClass, "accumulated without a covariance for each class")
    return (1 / Double(max(1, counts[label] - 1))) * scatters[label]
  }

  /// The covariance of the features with the classes as indicator variables, divided by the count less one, [width,
  /// classes].
  public var crossCovariance: DenseMatrix {
    let mean = self.mean
    var result = DenseMatrix(rows: width, columns: classes)
    for label in 0..<classes {
      // sum over examples of (x - mean)(indicator - share) = count of the class (class mean - mean).
      let factor = Double(counts[label]) / Double(max(1, count - 1))
      for feature in 0..<width { result[feature, label] = factor * (classMeans[label, feature] - mean[feature]) }
    }
    return result
  }

  /// The mean square of each feature, [width].
  public var meanSquares: [Double] {
    let mean = self.mean
    return zip(totalScatter.diagonal, mean).map { $0 / Double(count) + $1 * $1 }
  }

  /// Row c is the square root of count c times (class mean - mean), [classes, width].
  private var weightedDeviations: DenseMatrix {
    let mean = self.mean
    return DenseMatrix(
      (0..<classes).map { label in
        Vectors.scaled(Vectors.minus(classMeans.row(label), mean), by: Double(counts[label]).squareRoot())
      })
  }

  /// - Parameter names: the classes' names for the message; nil for their numbers.
  /// - Throws: `AnalysisError` unless every class has at least `needed` examples and there are two or more classes.
  func requireClasses(_ needed: Int, names: [String]? = nil) throws(AnalysisError) {
    let names = names ?? (0..<classes).map(String.init)
    let present = (0..<classes).filter { counts[$0] > 0 }
    guard present.count != 1 else { throw .oneClass(names[present[0]]) }
    for label in 0..<classes where counts[label] < needed {
      throw .tooFewInClass(name: names[label], found: counts[label], needed: needed)
    }
  }
}

extension DenseMatrix {
  /// The symmetric matrix with the upper triangle of the given numbers.
  init(mirroringUpperTriangle values: [Double], size: Int) {
    self.init(rows: size, columns: size, values: values)
    self.values.withUnsafeMutableBufferPointer { values in
      // In tiles, since one side of the mirror is strided.
      let tile = 32
      for top in stride(from: 0, to: size, by: tile) {
        for left in stride(from: top, to: size, by: tile) {
          for row in top..<min(top + tile, size) {
            for column in max(left, row + 1)..<max(max(left, row + 1), min(left + tile, size)) {
              values[column * size + row] = values[row * size + column]
            }
          }
        }
      }
    }
  }
}
