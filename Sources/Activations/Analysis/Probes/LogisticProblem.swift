import Foundation
import Tensors

/// The search for a logistic probe's optimum.
///
/// A step needs two passes over the rows: one for the gradient, and one for the scores along the direction. The second
/// derivatives cost about as much arithmetic as ten steps. So they are computed at the start, where they are the
/// covariance, and then only every `refresh` steps; in between L-BFGS learns how they have changed. Along a direction
/// the loss is minimised almost exactly, since that needs no pass over the rows.
///
/// Rows are centred on their mean throughout, which leaves weights and loss unchanged and moves the bias by w.mean.
struct LogisticProblem {
  /// Steps between computations of the second derivatives: together about as much work.
  private static let refresh = 9

  private let rows: Matrix
  private let targets: [Double]
  private let penalty: Double
  private let mean: [Double]
  private let center: [Float]
  /// The weights and then the bias for centred rows, [width + 1].
  private var point: [Double]
  /// w.(x - mean) + centred bias for each row.
  private var scores: [Double]
  private(set) var loss: Double

  init(_ examples: Examples, penalty: Double) {
    rows = examples.rows
    targets = examples.classes.map(Double.init)
    self.penalty = penalty
    var sum = [Double](repeating: 0, count: rows.columns)
    rows.addRowSum(to: &sum)
    center = sum.map { Float($0 / Double(examples.count)) }
    mean = center.map(Double.init)
    let share = targets.reduce(0, +) / Double(targets.count)
    let odds = log(share / (1 - share))
    point = [Double](repeating: 0, count: rows.columns) + [odds]
    scores = [Double](repeating: odds, count: targets.count)
    loss = 0
    loss = currentLoss()
  }

  /// [width].
  var weights: [Double] { Array(point.dropLast()) }

  /// The bias for uncentred rows.
  var bias: Double { point[rows.columns] - Vectors.dot(weights, mean) }

  /// Finds the optimum.
  /// - Returns: steps taken.
  /// - Throws: `AnalysisError.noConvergence` after `limit` steps.
  mutating func minimize(tolerance: Double, limit: Int) throws(AnalysisError) -> Int {
    var memory = LimitedMemory(capacity: 10)
    var second: SecondDerivatives?
    var age = 0
    var gradient = self.gradient()
    for steps in 1...limit {
      if second == nil || age == Self.refresh {
        second = secondDerivatives()
        memory.forget()
        age = 0
      }
      age += 1
      guard let second else { break }
      let direction = Vectors.scaled(memory.applied(to: gradient) { second.solve($0) }, by: -1)
      let slope = Vectors.dot(direction, gradient)
      // A quadratic function would decrease by half of that.
      if -slope <= 2 * tolerance * (1 + loss) { return steps }
      let along = centeredScores(direction)
      let length = shortest(along, direction, slope: slope)
      let before = (point: point, scores: scores, loss: loss, gradient: gradient)
      point = Vectors.adding(point, length, direction)
      scores = Vectors.adding(scores, length, along)
      loss = currentLoss()
      guard loss < before.loss else {
        // Only rounding is left.
        (point, scores, loss) = (before.point, before.scores, before.loss)
        return steps
      }
      gradient = self.gradient()
      memory.remember(
        step: Vectors.scaled(direction, by: length), change: Vectors.minus(gradient, before.gradient))
    }
    throw .noConvergence(method: "the logistic probe", steps: limit)
  }

  /// The derivative with respect to the weights and the bias, [width + 1].
  private func gradient() -> [Double] {
    let residuals = zip(scores, targets).map { Logistic.probability($0) - $1 }
    var sum = [Double](repeating: 0, count: rows.columns)
    rows.addRowSum(weights: residuals, to: &sum)
    let total = residuals.reduce(0, +)
    sum = Vectors.adding(sum, -total, mean)
    return Vectors.adding(sum, penalty, weights) + [total]
  }

  private func secondDerivatives() -> SecondDerivatives {
    let curvatures = scores.map { score in
      let probability = Logistic.probability(score)
      return max(probability * (1 - probability), 1e-12)
    }
    return SecondDerivatives(rows: rows, center: center, curvatures: curvatures, penalty: penalty)
  }

  /// How much each row's score changes along a direction.
  private func centeredScores(_ direction: [Double]) -> [Double] {
    let vector = Array(direction.dropLast())
    let offset = direction[rows.columns] - Vectors.dot(vector, mean)
    return rows.rowProducts(with: vector).map { $0 + offset }
  }

  /// Where along a direction the loss is nearly smallest: its slope has fallen to a tenth of the initial one. Uses
  /// Newton's method within a bracket.
  private func shortest(_ along: [Double], _ direction: [Double], slope: Double) -> Double {
    let vector = direction.dropLast()
    let square = vector.reduce(0) { $0 + $1 * $1 }
    let product = zip(vector, point).reduce(0) { $0 + $1.0 * $1.1 }
    var (low, high, length) = (0.0, Double.infinity, 1.0)
    for _ in 0..<30 {
      var (first, second) = (penalty * (product + length * square), penalty * square)
      for index in along.indices {
        let probability = Logistic.probability(scores[index] + length * along[index])
        first += (probability - targets[index]) * along[index]
        second += probability * (1 - probability) * along[index] * along[index]
      }
      if abs(first) <= 0.1 * abs(slope) { break }
      if first > 0 { high = length } else { low = length }
      let next = second > 0 ? length - first / second : 2 * length
      // Outside the bracket Newton's step cannot be trusted.
      length = next > low && next < high ? min(next, 10 * length) : (high.isFinite ? (low + high) / 2 : 2 * length)
    }
    return length
  }

  private func currentLoss() -> Double {
    var sum = 0.0
    for (score, target) in zip(scores, targets) { sum += Logistic.softplus(score) - target * score }
    return sum + 0.5 * penalty * weights.reduce(0) { $0 + $1 * $1 }
  }
}
