/// How well scores tell class 1 from class 0, each with an interval.
public struct ReaderScores: Sendable, Equatable {
  /// The share of examples whose score is positive exactly if their class is 1.
  public let accuracy: Interval
  /// The share of pairs with one example of each class in which class 1 scores higher; ties count half.
  public let auc: Interval
  /// The expected calibration error; see `BinaryScores.calibrationError`.
  public let calibrationError: Interval
  /// The mean of (probability - class)^2 (Brier 1950).
  public let brier: Interval
  /// The mean distance from the decision boundary in activation units, negative on the wrong side.
  public let margin: Interval
  /// The difference between the classes' mean scores in units of their pooled standard deviation (d').
  public let separation: Interval

  /// - Parameters:
  ///   - scores: positive for class 1, [examples].
  ///   - probabilities: of class 1, [examples].
  ///   - classes: 0 or 1, [examples].
  ///   - weightLength: the length of the weights, which turns a score into a distance.
  /// - Precondition: all three have the same length.
  public init(
    scores: [Double], probabilities: [Double], classes: [Int], weightLength: Double, intervals: Bootstrap = Bootstrap()
  ) {
    let sheet = BinaryScores(
      scores: scores, probabilities: probabilities, classes: classes, weightLength: weightLength)
    let whole = sheet.measured(times: [Int](repeating: 1, count: scores.count))
    var redrawn = Array(repeating: [Double](), count: whole.count)
    intervals.forEachRedraw(of: scores.count) { times in
      for (index, value) in sheet.measured(times: times).enumerated() { redrawn[index].append(value) }
    }
    let all = whole.indices.map { intervals.interval(whole[$0], redrawn[$0]) }
    (accuracy, auc, calibrationError, brier, margin, separation) = (all[0], all[1], all[2], all[3], all[4], all[5])
  }
}

/// The measures themselves, where each example counts any number of times.
public struct BinaryScores: Sendable {
  /// Bins of equal width that probabilities are put into for the calibration error.
  public static let bins = 10

  private let scores: [Double]
  private let probabilities: [Double]
  private let classes: [Int]
  private let weightLength: Double
  /// Examples by ascending score.
  private let order: [Int]

  public init(scores: [Double], probabilities: [Double], classes: [Int], weightLength: Double) {
    precondition(
      scores.count == classes.count && probabilities.count == classes.count,
      "\(scores.count) scores and \(probabilities.count) probabilities for \(classes.count) labels")
    self.scores = scores
    self.probabilities = probabilities
    self.classes = classes
    self.weightLength = weightLength
    order = scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }
  }

  /// Accuracy, AUC, calibration error, Brier score, margin and separation, in this order; NaN if one of the classes is
  /// missing.
  func measured(times: [Int]) -> [Double] {
    [
      accuracy(times), auc(times), calibrationError(times), brier(times), margin(times), separation(times),
    ]
  }

  private func mean(_ times: [Int], _ value: (Int) -> Double) -> Double {
    var (sum, count) = (0.0, 0)
    for index in times.indices where times[index] > 0 {
      sum += Double(times[index]) * value(index)
      count += times[index]
    }
    return sum / Double(count)
  }

  func accuracy(_ times: [Int]) -> Double { mean(times) { (scores[$0] > 0) == (classes[$0] == 1) ? 1 : 0 } }

  func brier(_ times: [Int]) -> Double {
    mean(times) { index in
      let error = probabilities[index] - Double(classes[index])
      return error * error
    }
  }

  func margin(_ times: [Int]) -> Double {
    mean(times) { (classes[$0] == 1 ? scores[$0] : -scores[$0]) / weightLength }
  }

  /// Over runs of equal scores: each example of class 1 beats the examples of class 0 below it, and half of those tied
  /// with it.
  func auc(_ times: [Int]) -> Double {
    var (below, wins, positives) = (0.0, 0.0, 0.0)
    var first = 0
    while first < order.count {
      var (zeros, ones) = (0.0, 0.0)
      var next = first
      while next < order.count, scores[order[next]] == scores[order[first]] {
        let index = order[next]
        if classes[index] == 1 { ones += Double(times[index]) } else { zeros += Double(times[index]) }
        next += 1
      }
      wins += ones * (below + zeros / 2)
      below += zeros
      positives += ones
      first = next
    }
    return wins / (positives * below)
  }

  /// The mean of |mean probability - share of class 1| over bins, weighted by their share of the examples (Naeini et
  /// al. 2015; Guo et al. 2017), with ten bins of equal width over the probability of class 1.
  func calibrationError(_ times: [Int]) -> Double {
    var counts = [Double](repeating: 0, count: Self.bins)
    var (predicted, found) = (counts, counts)
    for index in times.indices where times[index] > 0 {
      let bin = min(Int(probabilities[index] * Double(Self.bins)), Self.bins - 1)
      counts[bin] += Double(times[index])
      predicted[bin] += Double(times[index]) * probabilities[index]
      found[bin] += Double(times[index]) * Double(classes[index])
    }
    let total = counts.reduce(0, +)
    return (0..<Self.bins).reduce(0) { $0 + abs(predicted[$1] - found[$1]) } / total
  }

  func separation(_ times: [Int]) -> Double {
    var (counts, sums, squares) = ([0.0, 0.0], [0.0, 0.0], [0.0, 0.0])
    for index in times.indices where times[index] > 0 {
      counts[classes[index]] += Double(times[index])
      sums[classes[index]] += Double(times[index]) * scores[index]
    }
    let means = [sums[0] / counts[0], sums[1] / counts[1]]
    for index in times.indices where times[index] > 0 {
      let deviation = scores[index] - means[classes[index]]
      squares[classes[index]] += Double(times[index]) * deviation * deviation
    }
    let variance = (squares[0] + squares[1]) / (counts[0] + counts[1] - 2)
    return (means[1] - means[0]) / variance.squareRoot()
  }
}
