import Analysis

/// A metric of the two unpatched runs, over examples.
struct BaselineRow: Sendable {
  let metric: String
  /// Means with bounds; nil where a run was not stored.
  let clean: Interval?, corrupted: Interval?
  let examples: Int

  static func all(_ data: ReportData) -> [BaselineRow] {
    data.metrics.map { metric in
      func interval(_ values: [Float]?) -> Interval? {
        guard let values, !values.isEmpty else { return nil }
        return CellEffects.bootstrap.means(ofRows: values, examples: values.count).first
      }
      return BaselineRow(
        metric: metric, clean: interval(data.clean[metric]), corrupted: interval(data.corrupted[metric]),
        examples: (data.clean[metric] ?? data.corrupted[metric] ?? []).count)
    }
  }
}
