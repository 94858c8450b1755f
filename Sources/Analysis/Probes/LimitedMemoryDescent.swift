/// L-BFGS (Nocedal 1980; Nocedal and Wright 2006, algorithm 7.4) with a preconditioner in place of the identity, for smooth convex functions.
struct LimitedMemoryDescent {
  var memory = 20
  let tolerance: Double
  let limit: Int

  /// - Parameters:
  ///   - evaluate: the value and the gradient at a point.
  ///   - precondition: about the inverse of the second derivatives, times a gradient.
  /// - Throws: `AnalysisError.noConvergence` after `limit` steps.
  func minimize(
    from start: [Double], method: String, _ evaluate: ([Double]) -> (value: Double, gradient: [Double]),
    precondition: ([Double]) -> [Double]
  ) throws(AnalysisError) -> (point: [Double], value: Double, steps: Int) {
    var point = start
    var (value, gradient) = evaluate(point)
    var history: [(step: [Double], change: [Double], product: Double)] = []
    for steps in 1...limit {
      let direction = Vectors.scaled(Self.newtonLike(gradient, history, precondition), by: -1)
      let slope = Vectors.dot(direction, gradient)
      if -slope <= 2 * tolerance * (1 + abs(value)) { return (point, value, steps) }
      var length = 1.0
      var next: (point: [Double], value: Double, gradient: [Double])?
      for _ in 0..<40 {
        let trial = Vectors.adding(point, length, direction)
        let (trialValue, trialGradient) = evaluate(trial)
        // Near the optimum the loss no longer shows in its last digits what the gradient still does.
        let isTiny = -slope < 1e-10 * (1 + abs(value))
        if trialValue <= value + 1e-4 * length * slope
          || (isTiny && abs(Vectors.dot(trialGradient, direction)) < 0.9 * abs(slope))
        {
          next = (trial, trialValue, trialGradient)
          break
        }
        length /= 2
      }
      guard let next else { return (point, value, steps) }
      let step = Vectors.minus(next.point, point)
      let change = Vectors.minus(next.gradient, gradient)
      let product = Vectors.dot(step, change)
      if product > 1e-14 * Vectors.norm(step) * Vectors.norm(change) {
        history.append((step, change, product))
        if history.count > memory { history.removeFirst() }
      }
      (point, value, gradient) = next
    }
    throw .noConvergence(method: method, steps: limit)
  }

  /// The two-loop recursion: about the inverse second derivatives times the gradient.
  private static func newtonLike(
    _ gradient: [Double], _ history: [(step: [Double], change: [Double], product: Double)],
    _ precondition: ([Double]) -> [Double]
  ) -> [Double] {
    var vector = gradient
    var factors = [Double](repeating: 0, count: history.count)
    for index in history.indices.reversed() {
      factors[index] = Vectors.dot(history[index].step, vector) / history[index].product
      vector = Vectors.adding(vector, -factors[index], history[index].change)
    }
    vector = precondition(vector)
    if let last = history.last {
      // How much the last step says the preconditioner is out by.
      vector = Vectors.scaled(vector, by: last.product / Vectors.dot(last.change, precondition(last.change)))
    }
    for index in history.indices {
      let back = Vectors.dot(history[index].change, vector) / history[index].product
      vector = Vectors.adding(vector, factors[index] - back, history[index].step)
    }
    return vector
  }
}
