import Foundation

/// Turns scores into probabilities: P(class 1) = 1 / (1 + exp(-(slope * score + intercept))).
public struct Calibration: Sendable, Equatable {
  public let slope: Double
  public let intercept: Double

  public init(slope: Double, intercept: Double) {
    self.slope = slope
    self.intercept = intercept
  }

  /// For scores that are already log odds.
  public static let identity = Calibration(slope: 1, intercept: 0)

  /// Fits slope and intercept by maximum likelihood (Platt 1999), with targets (n1 + 1) / (n1 + 2) and 1 / (n0 + 2) in
  /// place of 1 and 0, so that there is an optimum even if the scores separate the classes perfectly.
  /// - Precondition: as many scores as classes, which are 0 or 1.
  public init(scores: [Double], classes: [Int]) {
    precondition(scores.count == classes.count, "\(scores.count) scores for \(classes.count) labels")
    let positives = Double(classes.count { $0 == 1 })
    let negatives = Double(classes.count) - positives
    let targets = classes.map { $0 == 1 ? (positives + 1) / (positives + 2) : 1 / (negatives + 2) }
    // Scores of unit size make the two parameters comparable.
    let mean = scores.reduce(0, +) / Double(max(1, scores.count))
    let deviation = (scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, scores.count))).squareRoot()
    let scale = deviation > 0 ? deviation : 1
    let units = scores.map { ($0 - mean) / scale }
    var (a, b) = (0.0, log((positives + 1) / (negatives + 1)))
    func loss(_ a: Double, _ b: Double) -> Double {
      zip(units, targets).reduce(0) { $0 + Logistic.softplus(a * $1.0 + b) - $1.1 * (a * $1.0 + b) }
    }
    var current = loss(a, b)
    for _ in 0..<100 {
      var (ga, gb, haa, hab, hbb) = (0.0, 0.0, 1e-12, 0.0, 1e-12)
      for (score, target) in zip(units, targets) {
        let p = Logistic.probability(a * score + b)
        let (residual, curvature) = (p - target, p * (1 - p))
        ga += residual * score
        gb += residual
        haa += curvature * score * score
        hab += curvature * score
        hbb += curvature
      }
      let determinant = haa * hbb - hab * hab
      guard determinant > 0 else { break }
      let (da, db) = ((hbb * ga - hab * gb) / determinant, (haa * gb - hab * ga) / determinant)
      var length = 1.0
      var next = loss(a - da, b - db)
      while next > current, length > 1e-8 {
        length /= 2
        next = loss(a - length * da, b - length * db)
      }
      guard next <= current else { break }
      (a, b) = (a - length * da, b - length * db)
      let gained = current - next
      current = next
      if gained <= 1e-14 * (1 + current) { break }
    }
    slope = a / scale
    intercept = b - a * mean / scale
  }

  /// P(class 1).
  public func probability(_ score: Double) -> Double { Logistic.probability(slope * score + intercept) }
}
