import Diagnostics
import Execution
import Reports

/// `patchbay run`: an experiment file's sweeps, carried out and written to a results file.
public struct RunCommand: Sendable {
  public let experiment: String
  /// Instead of the experiment's own model.
  public let model: String?
  /// The folder that results go to.
  public let output: String
  /// How many processors to use; all if nil.
  public let threads: Int?
  /// Bytes that runs may take beside the weights; half of what is free if nil.
  public let memory: Int?

  public static let defaultOutput = "activations"
  public init(
    experiment: String, model: String? = nil, output: String = RunCommand.defaultOutput, threads: Int? = nil,
    memory: Int? = nil
  ) {
    self.experiment = experiment
    self.model = model
    self.output = output
    self.threads = threads
    self.memory = memory
  }

  /// - Throws: `ExperimentError`, `CheckpointError`, `TokenizerError`, `StoreError`, `PatchingError`, `ReportError`, `ConsoleError`, `CancellationError`. No
  ///   output is there then, or what was there before.
  public func run(on console: Console) throws {
    let experiment = try Experiment(file: experiment)
    let run = try ExperimentRun(
      experiment, model: model.map { ModelReference($0) }, threads: threads, memory: memory)
    try Task.checkCancellation()
    let progress = ProgressLine(experiment.name, total: run.total, unit: "runs", on: console)
    defer { progress.finish() }
    let outcome = try run.run(into: output) { progress.advance(to: $0.done, title: $0.stage) }
    progress.finish()
    let exports = "\(output == Self.defaultOutput ? ExportCommand.defaultOutput : output)/\(experiment.name)"
    // The results are whole: what is found stands before anything that can go wrong with the exports.
    try console.print(Self.report(outcome, run))
    let files = try writeExports(of: outcome.results, into: exports) { try Task.checkCancellation() }
    try console.print(files.lines.joined(separator: "\n"))
  }

  private static func report(_ outcome: RunOutcome, _ run: ExperimentRun) -> String {
    var parts = [baselines(run)]
    parts += outcome.summaries.map(strongest)
    if !outcome.additivity.isEmpty { parts.append(outcome.additivity.map(additivity).joined(separator: "\n")) }
    parts += outcome.steering.map(\.report)
    if let heads = outcome.heads { parts.append(heads.report) }
    if let analysis = outcome.analysis { parts += analysis.results.map(\.report) }
    parts.append(
      (["results: \(outcome.results)"] + (outcome.cache.map { ["cache: \($0)"] } ?? [])
        + (outcome.analysis.map { ["analyses: \($0.path)"] } ?? [])).joined(separator: "\n"))
    return parts.joined(separator: "\n\n")
  }

  private static func baselines(_ run: ExperimentRun) -> String {
    let count = run.prompts.set.count
    var table = TextTable(header: ["metric", "clean", "corrupted"], alignments: [.left, .right, .right])
    for metric in run.experiment.metrics {
      table.add(
        [metric.rawValue] + [run.baselines.clean, run.baselines.corrupted].map { decimal(mean($0[metric] ?? []), 3) })
    }
    let pairs = run.promptsNote ?? "\(count) \(count == 1 ? "pair" : "pairs") of prompts"
    return """
      \(run.experiment.name): \(run.experiment.direction.rawValue), \(pairs); means of \
      the unpatched runs:

      \(table.text)
      """
  }

  private static func mean(_ values: [Float]) -> Double {
    values.isEmpty ? .nan : values.reduce(0) { $0 + Double($1) } / Double(values.count)
  }

  /// A line for a sweep: what its directions change, and how much of that each does not do by itself.
  private static func additivity(_ summary: AdditivitySummary) -> String {
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

  private static func strongest(_ summary: SweepSummary) -> String {
    var table = TextTable(
      header: summary.axes + ["effect", "of means", "prompts"],
      alignments: [TextTable.Alignment](repeating: .right, count: summary.axes.count + 3))
    for cell in summary.strongest {
      table.add(
        cell.labels + [decimal(cell.meanOfRatios, 3), decimal(cell.ratioOfMeans, 3), "\(cell.examples)"])
    }
    let without =
      summary.withoutEffect == 0
      ? "" : "; \(summary.withoutEffect) of the prompts have none, since both their baselines are the same"
    let estimated = summary.method == .attribution ? "estimated " : ""
    let transfer =
      summary.transfer.map {
        "; mean effect of a prompt's own difference \(decimal($0.own, 3)), of the others' \(decimal($0.others, 3))"
      } ?? ""
    let agreement =
      summary.agreement.map {
        """
        ; over \($0.cells) cells the estimates correlate with the runs by \(decimal($0.pearson, 3)) (ranks: \
        \(decimal($0.spearman, 3)); means over prompts)
        """
      } ?? ""
    return """
      \(summary.sweep): the strongest of \(summary.cells) cells by \(estimated)effect on \(summary.metric.rawValue) (0 unpatched, 1 the other \
      run; mean of the prompts' effects, and effect of the means)\(without)\(transfer)\(agreement)

      \(table.text)
      """
  }
}
