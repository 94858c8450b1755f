/// L-BFGS with a preconditioner and backtracking, for smooth convex functions.
struct LimitedMemoryDescent {
  let tolerance: Double
  let limit: Int

  /// - Parameters:
  ///   - evaluate: the value and the gradient at a point.
  ///   - precondition: approximately the inverse of the second derivatives, times a gradient.
  /// - Throws: `AnalysisError.noConvergence` after `limit` steps.
  func minimize(
    from start: [Double], method: String, _ evaluate: ([Double]) -> (value: Double, gradient: [Double]),
    precondition: ([Double]) -> [Double]
  ) throws(AnalysisError) -> (point: [Double], value: Double, steps: Int) {
    var point = start
    var (value, gradient) = evaluate(point)
    var memory = LimitedMemory(capacity: 20)
    for steps in 1...limit {
      let direction = Vectors.scaled(memory.applied(to: gradient, precondition: precondition), by: -1)
      let slope = Vectors.dot(direction, gradient)
      if -slope <= 2 * tolerance * (1 + abs(value)) { return (point, value, steps) }
      var length = 1.0
      var next: (point: [Double], value: Double, gradient: [Double])?
      for _ in 0..<40 {
        let trial = Vectors.adding(point, length, direction)
        let (trialValue, trialGradient) = evaluate(trial)
        // Near the optimum, rounding hides changes of the loss that the gradient still shows.
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
      memory.remember(
        step: Vectors.minus(next.point, point), change: Vectors.minus(next.gradient, gradient))
      (point, value, gradient) = next
    }
    throw .noConvergence(method: method, steps: limit)
  }
}
