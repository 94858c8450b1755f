import Diagnostics
import Patching

/// What a run found, short enough to be read in ten seconds.
struct RunSummary {
  let outcome: RunOutcome
  let run: ExperimentRun
  let baselines: Baselines

  var text: String {
    var parts = [means]
    if !outcome.summaries.isEmpty { parts.append(strongest) }
    let notes = outcome.summaries.flatMap(self.notes) + outcome.additivity.map(additivity)
    if !notes.isEmpty { parts.append(notes.joined(separator: "\n")) }
    parts += outcome.steering.map(\.report)
    if let heads = outcome.heads { parts.append(heads.report) }
    if let analysis = outcome.analysis { parts += analysis.results.map(\.report) }
    return parts.joined(separator: "\n\n")
  }

  private var means: String {
    let count = run.prompts.set.count
    var table = TextTable(header: ["metric", "clean", "corrupted"], alignments: [.left, .right, .right])
    for metric in run.experiment.metrics {
      table.add(
        [metric.rawValue] + [baselines.clean, baselines.corrupted].map { decimal(mean($0[metric] ?? []), 3) })
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

  /// A line for each sweep: its three strongest cells.
  private var strongest: String {
    var table = TextTable(
      header: ["sweep", "cells", "strongest", "effect", "then", ""],
      alignments: [.left, .right, .left, .right, .left, .left])
    for summary in outcome.summaries {
      let cells = summary.strongest.prefix(3).map { (place(of: $0, summary), decimal($0.meanOfRatios, 3)) }
      table.add(
        [summary.sweep, "\(summary.cells)"] + (cells.first.map { [$0.0, $0.1] } ?? ["none", "-"])
          + cells.dropFirst().map { "\($0.0) \($0.1)" })
    }
    let metric = run.experiment.metrics[0].rawValue
    let other = run.experiment.direction == .denoise ? "clean" : "corrupted"
    return """
      strongest cells by effect on \(metric) (0 nothing changed, 1 the \(other) run was reached; mean of the prompts' effects)

      \(table.text)
      """
  }

  /// A cell as people say it: 9.6 for a head, with the token where all prompts have the same.
  private func place(of cell: SweepSummary.Cell, _ summary: SweepSummary) -> String {
    let labels = Dictionary(uniqueKeysWithValues: zip(summary.axes, cell.labels))
    var words: [String] = []
    for (axis, label) in zip(summary.axes, cell.labels) {
      switch axis {
      case "layer" where labels["head"] != nil: continue
      case "head" where labels["layer"] != nil: words.append("\(labels["layer"] ?? "").\(label)")
      case "sender_layer", "receiver_layer": continue
      case "sender_head": words.append("\(labels["sender_layer"] ?? "").\(label)")
      case "receiver_head": words.append("into \(labels["receiver_layer"] ?? "").\(label)")
      case "input": words[words.count - 1] += ".\(label)"
      case "sender", "site": words.append(label)
      case "receiver": words.append("into \(label)")
      case "position":
        words.append("position \(label)\(Int(label).flatMap(commonToken).map { " \(quoted($0))" } ?? "")")
      default: words.append("\(axis) \(label)")
      }
    }
    return words.joined(separator: ", ")
  }

  /// The token that all prompts, clean and corrupted, have at a position.
  private func commonToken(_ position: Int) -> String? {
    let pairs = run.prompts.set.pairs
    guard !run.prompts.set.isOfPictures, let first = pairs.first else { return nil }
    func token(_ tokens: [Int32]) -> Int32? {
      let index = position < 0 ? tokens.count + position : position
      return tokens.indices.contains(index) ? tokens[index] : nil
    }
    guard let common = token(first.clean),
      pairs.allSatisfy({ token($0.clean) == common && token($0.corrupted) == common })
    else { return nil }
    return run.prompts.strings([common])?.first
  }

  private func notes(_ summary: SweepSummary) -> [String] {
    var notes: [String] = []
    if summary.withoutEffect > 0 {
      notes.append("\(summary.withoutEffect) of the prompts have no effect, since both their baselines are the same")
    }
    if let transfer = summary.transfer {
      notes.append(
        "mean effect of a prompt's own difference \(decimal(transfer.own, 3)), of the others' \(decimal(transfer.others, 3))"
      )
    }
    if let agreement = summary.agreement {
      notes.append(
        """
        over \(agreement.cells) cells the estimates correlate with the runs by \(decimal(agreement.pearson, 3)) (ranks: \
        \(decimal(agreement.spearman, 3)); means over prompts)
        """)
    } else if summary.method == .attribution {
      notes.append("estimated from gradients, not run")
    }
    return notes.map { "\(summary.sweep): \($0)" }
  }

  /// A line for a sweep: what its directions change, and how much of that each does not do by itself.
  private func additivity(_ summary: AdditivitySummary) -> String {
    func part(_ name: String, _ change: Double, _ interaction: Double) -> String {
      let share = change > 0 ? " (\(decimal(100 * interaction / change, 1)) %)" : ""
      return "\(name) \(decimal(change, 3))"
        + (summary.directions > 1
          ? ", of which \(decimal(interaction, 3))\(share) is not the sum of each by itself" : "")
    }
    let parts =
      [part(summary.metric.rawValue, summary.change, summary.interaction)]
      + summary.activations.map { part($0.hook, $0.change, $0.interaction) }
    return "\(summary.sweep): change, root mean square over cells and prompts: \(parts.joined(separator: "; "))"
  }
}
