/// The definition of additivity: the runs whose changes are summed and compared with the change of the full run.
///
/// Let f(c) be a metric or an activation of the run in which the directions are added with the coefficients c and all
/// standing edits apply. Then
///
///     change      = f(c) - f(0)
///     interaction = change - the sum over directions of (f(their own coefficient alone) - f(0))
///
/// With two directions the interaction is f(s, t) - f(s, 0) - f(0, t) + f(0, 0), which is 0 if f is additive
/// (Turner et al. 2023). A single direction has nothing to interact with; its change is compared with a proportional
/// one: change - c (f(1) - f(0)).
package struct AdditiveParts: Sendable {
  /// A run, and how many times its change counts in the sum.
  package struct Part: Sendable, Hashable {
    package let coefficients: [Float]
    package let times: Float
  }

  package let parts: [Part]

  /// - Parameter coefficients: one for each direction.
  package init(of coefficients: [Float]) {
    if coefficients.count == 1 {
      parts = [Part(coefficients: [1], times: coefficients[0])]
    } else {
      parts = coefficients.indices.map { own in
        Part(coefficients: coefficients.indices.map { $0 == own ? coefficients[$0] : 0 }, times: 1)
      }
    }
  }

  /// The interaction in a scalar.
  /// - Parameters:
  ///   - start: f(0).
  ///   - end: f(c).
  ///   - alone: f of each part's run, in the order of `parts`.
  package func interaction(from start: Float, to end: Float, alone: [Float]) -> Float {
    zip(parts, alone).reduce(end - start) { $0 - $1.0.times * ($1.1 - start) }
  }

  /// The L2 norm of the interaction in an activation, summed in double precision. The parameters are those of
  /// `interaction(from:to:alone:)`.
  package func interactionNorm(from start: [Float], to end: [Float], alone: [[Float]]) -> Float {
    precondition(alone.count == parts.count, "\(alone.count) activations of \(parts.count) runs")
    var sum = 0.0
    for i in start.indices {
      let from = Double(start[i])
      let rest = parts.indices.reduce(Double(end[i]) - from) {
        $0 - Double(parts[$1].times) * (Double(alone[$1][i]) - from)
      }
      sum += rest * rest
    }
    return Float(sum.squareRoot())
  }

  /// The L2 norm of an activation's change, summed in double precision.
  package static func changeNorm(from start: [Float], to end: [Float]) -> Float {
    Float(
      zip(start, end).reduce(0.0) { sum, own in
        let change = Double(own.1) - Double(own.0)
        return sum + change * change
      }.squareRoot())
  }
}
