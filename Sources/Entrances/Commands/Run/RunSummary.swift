import Diagnostics
import Patching
import Runs

/// A summary of a run's results, short enough to be read in ten seconds.
struct RunSummary {
  let outcome: RunOutcome
  let run: ExperimentRun

  var text: String {
    var parts = [baselines]
    // Summaries of one kind are shown together, in the order in which the kinds occur.
    var told: Set<ObjectIdentifier> = []
    for answer in outcome.answers where told.insert(ObjectIdentifier(type(of: answer))).inserted {
      parts += type(of: answer).words(ofAny: outcome.answers, of: run.setting)
    }
    if let analysis = outcome.analysis { parts += analysis.results.map(\.report) }
    return parts.joined(separator: "\n\n")
  }

  private var baselines: String {
    let count = run.prompts.set.count
    var table = TextTable(header: ["metric", "clean", "corrupted"], alignments: [.left, .right, .right])
    for metric in run.experiment.metrics {
      table.add(
        [metric.rawValue]
          + [outcome.baselines.clean, outcome.baselines.corrupted].map { decimal(mean($0[metric] ?? []), 3) })
    }
    let pairs = run.promptsNote ?? "\(count) \(count == 1 ? "pair" : "pairs") of prompts"
    return """
      \(run.experiment.name): \(run.experiment.direction.rawValue), \(pairs); means of \
      the unpatched runs:

      \(table.text)
      """
  }

  private func mean(_ values: [Float]) -> Double {
    values.isEmpty ? .nan : values.reduce(0) { $0 + Double($1) } / Double(values.count)
  }
}
