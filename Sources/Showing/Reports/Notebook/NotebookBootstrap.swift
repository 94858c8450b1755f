import Analysis
import Diagnostics

/// Percentile bootstrap intervals of means over examples (Efron 1979): the results of the notebook's `draws` and
/// `interval`, and of Analysis' `Bootstrap` with its standard settings if nothing is missing.
package struct NotebookBootstrap: Sendable {
  static let redraws = 1000
  private let count: Int

  package init(examples count: Int) { self.count = count }

  /// The mean of the finite values, and the bounds of 95 % of the redrawn means; all NaN if there are none.
  package func interval(_ values: [Double]) -> (mean: Double, low: Double, high: Double) {
    precondition(values.count == count, "\(values.count) values for redraws of \(count)")
    let values = values.map { $0.isFinite ? $0 : .nan }
    var means: [Double] = []
    // The same examples are drawn every time. They are not kept: for ten thousand examples there are ten million
    // draws.
    var generator = SplitMix64(seed: 0)
    var drawn = [Double](repeating: .nan, count: count)
    for _ in 0..<(count == 0 ? 0 : Self.redraws) {
      for place in drawn.indices { drawn[place] = values[Int.random(in: 0..<count, using: &generator)] }
      let mean = notebookMean(drawn)
      if !mean.isNaN { means.append(mean) }
    }
    means.sort()
    guard !means.isEmpty else { return (.nan, .nan, .nan) }
    return (notebookMean(values), Bootstrap.quantile(means, 0.025), Bootstrap.quantile(means, 0.975))
  }
}
