import Analyses
import Analysis
import Diagnostics
import ExperimentFile
import Foundation
import Reports
import Runs
import Synchronization
import Workbenches

/// `patchbay analyze`: runs the analyses of an analysis file on cached activations.
public struct AnalyzeCommand: Sendable {
  public let analysis: String
  /// Replaces the models of caches that are made.
  public let model: String?
  /// The folder for results, and for caches that are made.
  public let output: String
  /// How many processors to use; all if nil.
  public let threads: Int?

  public init(
    analysis: String, model: String? = nil, output: String = RunCommand.defaultOutput, threads: Int? = nil
  ) {
    self.analysis = analysis
    self.model = model
    self.output = output
    self.threads = threads
  }

  /// - Throws: `ExperimentError`, `StoreError`, `CheckpointError`, `TokenizerError`, `ReportError`, `ConsoleError`,
  ///   `CancellationError`. Until the results are complete, the file does not exist or is unchanged; caches that were
  ///   made remain.
  public func run(on console: Console) async throws {
    let file = try AnalysisFile(file: analysis)
    try makeFolder(output)
    var caches: [ActivationCache] = []
    for entry in file.caches {
      try Task.checkCancellation()
      caches += try await open(entry, of: file, on: console)
    }
    let isCancelled = Atomic(false)
    let name = file.name
    let progress = ProgressLine(file.name, total: 100, unit: "%", on: console)
    let run = AnalysisRun(
      name: file.name, analyses: file.analyses, caches: caches, acrossModels: file.acrossModels, file: file.file,
      text: file.text, threads: threads)
    // Analyses run on their own threads, which do not know the task.
    let outcome = try await withTaskCancellationHandler {
      try run.run(
        into: output, progress: { progress.advance(to: 100 * $0 / max(1, $1), title: name) },
        check: { if isCancelled.load(ordering: .relaxed) { throw CancellationError() } })
    } onCancel: {
      isCancelled.store(true, ordering: .relaxed)
    }
    progress.finish()
    // The results are complete: print them before the exports, which may fail.
    try console.print(Self.report(outcome))
    try console.print(try ExportedFiles.exporting(outcome.path, writtenTo: output).lines.joined(separator: "\n"))
  }

  private func open(_ entry: CacheEntry, of file: AnalysisFile, on console: Console) async throws -> [ActivationCache] {
    do {
      switch entry {
      case .file(let name, let path, _): return [try ActivationCache(name: name, file: path)]
      case .made(let recipe):
        var caches: [ActivationCache] = []
        let recipe = model.map { recipe.replacingModels(by: ModelReference($0)) } ?? recipe
        for (name, model) in zip(recipe.names, recipe.models) {
          let path = resolvedPath("\(file.name).\(name).cache.h5", relativeTo: output)
          try await recipe.make(model, at: path, threads: threads, on: console)
          caches.append(try ActivationCache(name: name, family: recipe.name, file: path))
        }
        return caches
      }
    } catch {
      throw ExperimentError.wrapping(error, at: entry.place)
    }
  }

  /// A table of each analysis, and where the results are.
  static func report(_ outcome: AnalysisOutcome) -> String {
    (outcome.results.map(\.report) + ["results: \(outcome.path)"]).joined(separator: "\n\n")
  }
}

extension StudyResult {
  /// The title and the table; of a long table, the first forty rows.
  var report: String {
    let most = 40
    var table = TextTable(
      header: header, alignments: header.indices.map { $0 < textColumns ? .left : .right })
    for row in rows.prefix(most) { table.add(row) }
    let rest = rows.count > most ? "\n... \(rows.count - most) more rows are in the file" : ""
    let notes = notes.isEmpty ? "" : "\n\n" + notes.prefix(most).joined(separator: "\n")
    return "\(title)\n\n\(table.text)\(rest)\(notes)"
  }

  /// How many leading columns identify a row, and are not numbers.
  private var textColumns: Int {
    header.prefix { ["source", "hook", "head", "position", "place", "next"].contains($0) }.count
  }
}
