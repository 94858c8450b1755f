/// What L-BFGS remembers of its last steps and how it uses them on a gradient (Nocedal 1980; Nocedal and Wright 2006,
/// algorithm 7.4).
struct LimitedMemory {
  /// Steps remembered.
  let capacity: Int
  private var history: [(step: [Double], change: [Double], product: Double)] = []

  init(capacity: Int) { self.capacity = capacity }

  mutating func forget() { history = [] }

  /// - Parameters:
  ///   - step: from one point to the next.
  ///   - change: of the gradient.
  mutating func remember(step: [Double], change: [Double]) {
    let product = Vectors.dot(step, change)
    guard product > 1e-14 * Vectors.norm(step) * Vectors.norm(change) else { return }
    history.append((step, change, product))
    if history.count > capacity { history.removeFirst() }
  }

  /// Approximates the inverse second derivatives times a gradient, by the two-loop recursion.
  /// - Parameter precondition: the same approximation from knowledge of the problem, in place of the identity.
  func applied(to gradient: [Double], precondition: ([Double]) -> [Double]) -> [Double] {
    var vector = gradient
    var factors = [Double](repeating: 0, count: history.count)
    for index in history.indices.reversed() {
      factors[index] = Vectors.dot(history[index].step, vector) / history[index].product
      vector = Vectors.adding(vector, -factors[index], history[index].change)
    }
    vector = precondition(vector)
    if let last = history.last {
      // How far off the preconditioner is, judged by the last step.
      vector = Vectors.scaled(vector, by: last.product / Vectors.dot(last.change, precondition(last.change)))
    }
    for index in history.indices {
      let back = Vectors.dot(history[index].change, vector) / history[index].product
      vector = Vectors.adding(vector, factors[index] - back, history[index].step)
    }
    return vector
  }
}
