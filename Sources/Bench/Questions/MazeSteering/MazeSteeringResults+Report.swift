import Analysis
import Diagnostics
import LabelledArrays
import Reports

extension MazeSteeringResults: QuestionSummary {
  public var name: String { spec.name }

  public static func words(_ summaries: [MazeSteeringResults], of run: RunSetting) -> [String] {
    summaries.map(\.report)
  }

  /// The results as the command prints them: means over mazes, and differences from the mean without vectors, with
  /// bounds.
  var report: String {
    let shown: [Measure] = [.cheese, .corner, .reachedCheese, .reachedRegion].filter { values[$0] != nil }
    var table = TextTable(
      header: axes.map(\.name) + shown.flatMap { [$0.title, "change"] },
      alignments: [TextTable.Alignment](repeating: .right, count: axes.count + 2 * shown.count))
    for cell in rows {
      table.add(
        labels(ofCell: cell)
          + shown.flatMap { measure -> [String] in
            guard let mean = means[measure]?[cell], let change = changes[measure]?[cell] else { return ["", ""] }
            return [
              decimal(mean.value, 3),
              "\(signed(change.value)) [\(signed(change.low)), \(signed(change.high))]",
            ]
          })
    }
    let vectors = spec.terms.map(\.vector.name).joined(separator: " and ")
    let whose =
      switch spec.source {
      case .own: "of each maze itself"
      case .mean: "the mean of all mazes'"
      case .every: "of every maze in every other"
      }
    let base = shown.map { "\($0.title) \(decimal(mean(unsteered[$0] ?? []), 3))" }.joined(separator: ", ")
    let note = rows.count < cells ? "; the \(rows.count) cells with the largest change of \(cells)" : ""
    return """
      \(spec.name): \(vectors), \(whose), added at \(spec.site.rawValue); \(examples) mazes, without: \(base)\(note)

      \(table.text)
      """
  }

  /// The cells that are shown: all, or for a matrix those that change most.
  private var rows: [Int] {
    guard cells > 60, let changes = changes[.cheese] else { return Array(0..<cells) }
    return Array((0..<cells).sorted { abs(changes[$0].value) > abs(changes[$1].value) }.prefix(20))
  }

  private func mean(_ values: [Float]) -> Double {
    let finite = values.filter(\.isFinite)
    return finite.reduce(0) { $0 + Double($1) } / Double(finite.count)
  }

  private func signed(_ value: Double) -> String { (value < 0 ? "" : "+") + decimal(value, 3) }
}
