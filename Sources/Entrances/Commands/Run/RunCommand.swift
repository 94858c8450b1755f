import ActivationStore
import Diagnostics
import Execution
import ExperimentFile
import Foundation
import Reports
import Runs
import Workbenches

/// `patchbay run`: runs an experiment file and writes a results file.
public struct RunCommand: Sendable {
  public let experiment: String
  /// Replaces the experiment's own model.
  public let model: String?
  /// The folder for results.
  public let output: String
  /// How many processors to use; all if nil.
  public let threads: Int?
  /// Bytes that runs may take besides the weights; half of what is free if nil.
  public let memory: Int?
  /// Whether to resume an earlier run.
  public let isResuming: Bool

  public static let defaultOutput = "activations"
  public init(
    experiment: String, model: String? = nil, output: String = RunCommand.defaultOutput, threads: Int? = nil,
    memory: Int? = nil, isResuming: Bool = false
  ) {
    self.experiment = experiment
    self.model = model
    self.output = output
    self.threads = threads
    self.memory = memory
    self.isResuming = isResuming
  }

  /// - Throws: `ExperimentError`, `CheckpointError`, `TokenizerError`, `StoreError`, `PatchingError`, `ReportError`,
  ///   `ConsoleError`, `CancellationError`. Results and cache are then unchanged; what was done is in the partial file.
  public func run(on console: Console) throws {
    let experiment = try Experiment(file: experiment)
    let results = resolvedPath("\(experiment.name).h5", relativeTo: output)
    let rest = PartialResults.path(of: results)
    let run = try ExperimentRun(
      experiment, model: model.map { ModelReference($0) }, threads: threads, memory: memory)
    for note in run.prompts.notes { console.note(note) }
    try Task.checkCancellation()
    let notes = run.experiment.questions.flatMap(\.vectorOrigins).compactMap(\.note)
    for note in Set(notes).sorted() { console.note(note) }
    if isResuming, let outcome = try run.finishedOutcome(in: output) {
      console.note("'\(results)' is already complete")
      try report(outcome, run, on: console)
      return
    }
    if !isResuming, let aside = try PartialResults.setAside(results) {
      console.note(
        """
        started over; what an earlier run had done is in '\(aside)' (to resume that, rename it to '\(rest)' \
        and use --resume)
        """)
    }
    let progress = ProgressLine(experiment.name, total: run.total, unit: "runs", on: console)
    defer { progress.finish() }
    let outcome: RunOutcome
    do {
      outcome = try run.run(into: output, resuming: isResuming) {
        progress.advance(to: $0.done, title: $0.stage, before: $0.before)
      }
    } catch {
      progress.finish()
      if !isBusy(error), (error as? any DiagnosedError)?.kind != .interrupted,
        FileManager.default.fileExists(atPath: rest)
      {
        console.note("what was done is in '\(rest)'; --resume continues from there")
      }
      throw error
    }
    progress.finish()
    if outcome.before > 0 { console.note("\(outcome.before) of \(run.total) runs were already done") }
    try report(outcome, run, on: console)
  }

  private func report(_ outcome: RunOutcome, _ run: ExperimentRun, on console: Console) throws {
    let files = [("results", outcome.results), ("cache", outcome.cache), ("analyses", outcome.analysis?.path)]
    let places = files.compactMap { name, file in file.map { "\(name): \($0)" } }.joined(separator: "\n")
    // The results are complete: print them before the exports, which may fail.
    try console.print(RunSummary(outcome: outcome, run: run).text + "\n\n" + places)
    for file in [outcome.results, outcome.analysis?.path].compactMap(\.self) {
      try console.print(try ExportedFiles.exporting(file, writtenTo: output).lines.joined(separator: "\n"))
    }
  }
}

/// Whether a file is in use by another run.
private func isBusy(_ error: any Error) -> Bool {
  if case StoreError.busy = error { true } else { false }
}
