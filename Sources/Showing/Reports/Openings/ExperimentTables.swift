import ActivationStore
import LabelledArrays

/// Tables about an experiment's inputs.
enum ExperimentTables {
  /// The unpatched runs: metric, run, mean with its bounds, and the number of examples.
  static func baselines(_ rows: [BaselineRow]) -> Table {
    var table = Table("baselines", header: ["metric", "run", "mean", "low", "high", "n"])
    for row in rows {
      for (run, interval) in [("clean", row.clean), ("corrupted", row.corrupted)] {
        guard let interval else { continue }
        table.add(
          [row.metric, run] + [interval.value, interval.low, interval.high].map(Table.number) + ["\(row.examples)"])
      }
    }
    return table
  }

  /// The prompts: tokens as texts, both baselines of every metric.
  static func prompts(_ file: ReportFile) -> Table {
    let labels = Set(file.prompts.flatMap(\.labels.keys)).sorted()
    let metrics = file.metrics
    var table = Table(
      "prompts",
      header: ["example", "clean", "corrupted", "length"] + labels.map(Schema.Prompts.dataset(ofLabel:))
        + metrics.flatMap { ["\($0)_clean", "\($0)_corrupted"] })
    for (index, prompt) in file.prompts.enumerated() {
      let (clean, corrupted) = (file.tokens.clean[index], file.tokens.corrupted[index])
      func value(_ run: [String: [Float]], _ metric: String) -> String {
        run[metric].map { $0.indices.contains(index) ? Table.number($0[index]) : "" } ?? ""
      }
      table.add(
        ["\(index)", clean.joined(), corrupted.joined(), "\(clean.count)"] + labels.map { prompt.labels[$0] ?? "" }
          + metrics.flatMap { [value(file.clean, $0), value(file.corrupted, $0)] })
    }
    return table
  }
}
