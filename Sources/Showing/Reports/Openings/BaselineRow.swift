import Analysis

/// A metric of the two unpatched runs, over examples.
struct BaselineRow: Sendable {
  let metric: String
  /// Means with bounds; nil if a run was not stored.
  let clean: Interval?, corrupted: Interval?
  let examples: Int

  static func all(_ file: ReportFile) throws -> [BaselineRow] {
    try file.metrics.map { metric in
      func interval(_ values: [Float]?) throws -> Interval? {
        guard let values, !values.isEmpty else { return nil }
        return Bootstrap.ofReports.means(ofRows: values, examples: values.count).first
      }
      return BaselineRow(
        metric: metric, clean: try interval(file.clean[metric]), corrupted: try interval(file.corrupted[metric]),
        examples: (file.clean[metric] ?? file.corrupted[metric] ?? []).count)
    }
  }
}
