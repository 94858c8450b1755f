import Analysis

extension Bootstrap {
  /// The redraws behind every interval in a report.
  static let ofReports = Bootstrap(redraws: 1000, level: 0.95, seed: 0)

  /// How these intervals are computed and what they show.
  static let noteOfReports =
    "Intervals: percentile bootstrap over examples, \(ofReports.redraws) redraws (seed \(ofReports.seed)), all cells under the same redraws. They show how much depends on the choice of examples, not whether the experiment asks the right question."
}
