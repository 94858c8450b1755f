import Diagnostics
import ExperimentFile
import Workbenches

/// As printed by `patchbay run`.
extension SweepSummary: QuestionSummary {
  public var name: String { sweep }

  public static func words(_ summaries: [SweepSummary], of run: RunSetting) -> [String] {
    let notes = summaries.flatMap(\.notes)
    return [strongest(summaries, run)] + (notes.isEmpty ? [] : [notes.joined(separator: "\n")])
  }

  /// A line for each sweep: its three strongest cells.
  private static func strongest(_ summaries: [SweepSummary], _ run: RunSetting) -> String {
    var table = TextTable(
      header: ["sweep", "cells", "strongest", "effect", "then", ""],
      alignments: [.left, .right, .left, .right, .left, .left])
    for summary in summaries {
      let cells = summary.strongest.prefix(3).map { (summary.words(for: $0, run.prompts), decimal($0.meanOfRatios, 3)) }
      table.add(
        [summary.sweep, "\(summary.cells)"] + (cells.first.map { [$0.0, $0.1] } ?? ["none", "-"])
          + cells.dropFirst().map { "\($0.0) \($0.1)" })
    }
    let metric = run.metrics[0].rawValue
    let other = run.direction == .denoise ? "clean" : "corrupted"
    return """
      strongest cells by effect on \(metric) (0 no change, 1 the \(other) run was reached; mean of the prompts' effects)

      \(table.text)
      """
  }

  /// A readable name of a cell: 9.6 for a head, with the token if all prompts have the same.
  private func words(for cell: Cell, _ prompts: ResolvedPrompts) -> String {
    let labels = Dictionary(uniqueKeysWithValues: zip(axes, cell.labels))
    var words: [String] = []
    for (axis, label) in zip(axes, cell.labels) {
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
        words.append("position \(label)\(Int(label).flatMap(prompts.commonToken).map { " \(quoted($0))" } ?? "")")
      default: words.append("\(axis) \(label)")
      }
    }
    return words.joined(separator: ", ")
  }

  private var notes: [String] {
    var notes: [String] = []
    if withoutEffect > 0 {
      notes.append("\(withoutEffect) of the prompts have no effect, since both their baselines are the same")
    }
    if let transfer {
      notes.append(
        "mean effect of a prompt's own difference \(decimal(transfer.own, 3)), of the others' \(decimal(transfer.others, 3))"
      )
    }
    if let agreement {
      notes.append(
        """
        over \(agreement.cells) cells the estimates correlate with the runs by \(decimal(agreement.pearson, 3)) (ranks: \
        \(decimal(agreement.spearman, 3)); means over prompts)
        """)
    } else if method == .attribution {
      notes.append("estimated from gradients, not run")
    }
    return notes.map { "\(sweep): \($0)" }
  }
}

extension ResolvedPrompts {
  /// The token that all prompts, clean and corrupted, have at a position, as text; nil if they differ.
  fileprivate func commonToken(_ position: Int) -> String? {
    guard !set.hasPictures, let first = set.pairs.first else { return nil }
    func token(_ tokens: [Int32]) -> Int32? {
      let index = position < 0 ? tokens.count + position : position
      return tokens.indices.contains(index) ? tokens[index] : nil
    }
    guard let common = token(first.clean),
      set.pairs.allSatisfy({ token($0.clean) == common && token($0.corrupted) == common })
    else { return nil }
    return strings([common])?.first
  }
}
