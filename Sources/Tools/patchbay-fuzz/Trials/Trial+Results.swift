import ActivationStore
import Diagnostics
import Foundation
import Reports
import Runs

/// What is done with results files: they are read, exported, and resumed if their run was stopped.
extension Trial {
  /// Does all of these, whatever the outcome of the earlier ones: damage that reading refuses may still crash a resumed
  /// run.
  func results() throws {
    let file = "\(folder)/results.h5"
    var refusal: (any DiagnosedError)?
    for body in [read, export, resume] {
      do { try body(file) } catch let error as any DiagnosedError { refusal = refusal ?? error }
    }
    if let refusal { throw refusal }
  }

  private func read(_ file: String) throws {
    try inspect(file)
    let reader = try ResultsReader(file)
    _ = (try reader.header(), try reader.prompts())
    for run in try reader.baselineRuns() { _ = try reader.baseline(run) }
    for name in try reader.sweeps() {
      let sweep = try reader.sweep(name)
      for dataset in sweep.floatDatasets { _ = try reader.values(sweep: name, dataset: dataset) }
      for dataset in sweep.flagDatasets { _ = try reader.flags(sweep: name, dataset: dataset) }
    }
    try everything(file)
  }

  private func export(_ file: String) throws {
    let exported = try writeExports(of: file, into: "\(out)/export", pictures: isDrawn)
    for path in [exported.report, exported.notebook] + exported.figures + exported.tables {
      guard let size = FileManager.default.contents(atPath: path)?.count, size > 0 else { throw Unsound("no \(path)") }
    }
  }

  /// Treats the file as the partial file of a stopped run, as `patchbay run` does with and without `--resume`.
  private func resume(_ file: String) throws {
    let results = "\(out)/\(Corpus.resumed).h5"
    let partial = PartialResults.path(of: results)
    try FileManager.default.copyItem(atPath: file, toPath: partial)
    // Before anything is written.
    let sweeps: [ResultsReader.Sweep]
    do {
      let reader = try ResultsReader(partial)
      sweeps = try reader.sweeps().map(reader.sweep)
    } catch let error as any DiagnosedError {
      try refuse(results, error)
      return
    }
    // Finished results have their numbers in chunks, which cannot be resumed.
    if try ResultsReader(partial).store.isComplete {
      do { try PartialResults(reopening: results).keep() } catch is any DiagnosedError {}
      return
    }
    try write(sweeps, to: results)
    do { _ = try ResultsReader(partial).sweeps().map { try ResultsReader(partial).sweep($0) } } catch {
      throw Unsound("the file could be read before it was resumed, but not now: \(error)")
    }
    if folder.hasSuffix(Corpus.underWay) {
      let run = try ExperimentRun(try Experiment(file: "\(folder)/main.yaml"), threads: 1, memory: 128 << 20)
      let outcome = try run.run(into: out, resuming: true)
      _ = try ResultsReader(outcome.results).header()
    }
    _ = try PartialResults.setAside(results)
  }

  /// A file that cannot be read must not be resumed either.
  private func refuse(_ results: String, _ error: any DiagnosedError) throws {
    do {
      let opened = try PartialResults(reopening: results)
      opened.keep()
    } catch is any DiagnosedError {
      _ = try PartialResults.setAside(results)
      throw error
    }
    throw Unsound("a file that cannot be read was resumed: \(error.message)")
  }

  /// Reads what each sweep has and writes its first cell again.
  private func write(_ sweeps: [ResultsReader.Sweep], to results: String) throws {
    let opened = try PartialResults(reopening: results)
    defer { opened.keep() }
    _ = (opened.done, try opened.row(table: Corpus.table, example: 0))
    let isUnderWay = opened.done > 0
    for sweep in sweeps where isUnderWay {
      let cells = 0..<sweep.axes.reduce(1) { $0 * $1.count }
      let numbers = try sweep.floatDatasets.map { name in
        let values = try opened.values(sweep: sweep.name, dataset: name, cells: cells)
        return (name: name, values: Array(values.prefix(opened.examples)))
      }
      guard !opened.isDone(sweep: sweep.name, .run, cells: cells, examples: 0..<opened.examples) else { continue }
      if opened.isDone(sweep: sweep.name, .run, cells: 0..<1, examples: 0..<opened.examples) {
        try opened.write(
          sweep: sweep.name, .run, span: 0..<1, examples: 0..<opened.examples, done: [0], datasets: numbers)
      }
    }
  }
}
