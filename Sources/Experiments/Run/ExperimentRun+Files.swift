import ActivationStore
import Analysis
import Foundation
import Patching

/// What a run leaves behind.
public struct RunOutcome: Sendable {
  /// The results file.
  public let results: String
  /// The cache file, where one was asked for.
  public let cache: String?
  /// One for each sweep, in the experiment's order.
  public let summaries: [SweepSummary]
  /// One for each sweep that asks for it, in the experiment's order.
  public let additivity: [AdditivitySummary]
  /// What the strongest heads do; nil where no sweep goes over heads.
  public let heads: HeadsSummary?
  /// What was found in the cache, where that was asked for.
  public let analysis: AnalysisOutcome?
  /// What vectors did in mazes, in the experiment's order.
  public let steering: [MazeSteeringResults]
  /// How many runs an earlier run had done, which were not done again.
  public let before: Int
}

extension ExperimentRun {
  /// Carries all sweeps out and writes `NAME.h5`, and `NAME.cache.h5` where a cache is asked for.
  ///
  /// Cells are written to `NAME.h5.partial` as they are done, and that file can be gone on with after an error, an interruption or a kill. Results and
  /// cache take their names when everything is there; files of an earlier run stay until then.
  /// - Parameters:
  ///   - folder: where the files go; made if it is not there.
  ///   - resuming: whether to go on with the partial file that an earlier run has left, if there is one.
  ///   - progress: called now and then, by one thread at a time.
  ///   - shouldStop: asked whenever some cells are done, by one thread at a time; a cancelled task stops a run as well.
  /// - Throws: `ExperimentError.cannotCreateFolder`, `.interrupted` (nothing was done), `.interruptedWithRest`, `.cannotResume`, `StoreError`,
  ///   `PatchingError`.
  public func run(
    into folder: String, resuming: Bool = false, progress: @escaping @Sendable (RunProgress) -> Void = { _ in },
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) throws -> RunOutcome {
    try makeFolder(folder)
    let path = resultsFile(in: folder)
    let sha256 = try loaded.folder.sha256()
    let header = header(sha256: sha256)
    let partial = try partialFile(path, header, resuming: resuming)
    let before = try runs(doneIn: partial)
    let counter = RunCounter(total: total, before: before, shouldStop: shouldStop, report: progress)
    let (steered, cache, summaries, additivity): ([MazeSteeringResults], String?, [SweepSummary], [AdditivitySummary])
    do {
      for plan in plans {
        try counter.check()
        try run(plan, to: partial, counter: counter)
      }
      steered = try steering.map { try run($0, to: partial, counter: counter) }
      cache = try writeCache(into: folder, sha256: sha256, resuming: resuming, counter: counter)
      (summaries, additivity) = try finish(partial, header, steered, counter: counter)
      for (study, found) in zip(steering, steered) where study.spec.savesVectors {
        try save(study, found, into: folder, sha256: sha256)
      }
    } catch {
      let isStopped = error is CancellationError || error as? ExperimentError == .interrupted
      guard partial.done > 0 else {
        partial.discard()
        throw isStopped ? ExperimentError.interrupted : error
      }
      partial.keep()
      guard isStopped else { throw error }
      throw ExperimentError.interruptedWithRest(
        done: counter.done, total: total, file: PartialResults.path(of: path))
    }
    partial.discard()
    return RunOutcome(
      results: path, cache: cache, summaries: summaries, additivity: additivity,
      heads: try HeadsSummary(self, summaries),
      analysis: try analysis(of: cache, into: folder, shouldStop: shouldStop), steering: steered, before: before)
  }

  /// Where the results go.
  func resultsFile(in folder: String) -> String { resolvedPath("\(experiment.name).h5", relativeTo: folder) }

  // MARK: Under way

  /// The file that cells are written to: a new one, or the one that an earlier run has left.
  private func partialFile(_ path: String, _ header: ResultsHeader, resuming: Bool) throws -> PartialResults {
    if resuming, FileManager.default.fileExists(atPath: PartialResults.path(of: path)) {
      try checkThatItFits(PartialResults.path(of: path), header)
      try checkCut(of: PartialResults.path(of: path))
      return try PartialResults(reopening: path)
    }
    _ = try PartialResults.setAside(path)
    let baselines = try baselines()
    let sweeps = plans.map {
      PartialResults.Sweep(declaration(of: $0), passes: $0.passes, flags: $0.flags)
    }
    return try PartialResults(
      creating: path, header: header, prompts: prompts.rows,
      baselines: [(.clean, named(baselines.clean)), (.corrupted, named(baselines.corrupted))], sweeps: sweeps,
      tables: steering.map(\.table))
  }

  /// How many runs of one prompt are done in a file.
  private func runs(doneIn file: PartialResults) throws -> Int {
    var done = 0
    for plan in plans {
      done += file.done(sweep: plan.name, .run)
      // An estimate of all cells of an example takes a run for each metric.
      done += file.done(sweep: plan.name, .estimate) / max(1, plan.cells) * experiment.metrics.count
    }
    for study in steering { done += study.cells * (try study.outcomes(keptIn: file).count) }
    return done
  }

  private func run(_ plan: PlannedSweep, to file: PartialResults, counter: RunCounter) throws {
    let recorder = SweepRecorder(plan: plan, run: self, file: file)
    let engine = engine(for: plan)
    @Sendable func record(_ block: SweepBlock, _ grid: CellGrid) throws {
      try counter.check()
      try recorder.add(block, grid)
      counter.advance(by: block.cells.count * block.examples.count, stage: plan.name)
    }
    func isRun(_ grid: CellGrid) -> (Range<Int>, Range<Int>) -> Bool {
      { file.isDone(sweep: plan.name, .run, cells: $0.lazy.map(grid.place), examples: $1) }
    }
    switch plan.work {
    case .site(let cells):
      if plan.spec.method.runs {
        try engine.run(cells, skipping: isRun(CellGrid())) { try record($0, CellGrid()) }
      }
      guard plan.spec.method.estimates else { return }
      try engine.attribute(
        cells, skipping: { file.isDone(sweep: plan.name, .estimate, cells: $0, examples: $1) },
        deliver: { block in
          try counter.check()
          try recorder.add(block)
          // The cells of some examples come in several blocks, of which one has the last cell.
          guard block.cells.upperBound == cells.cells else { return }
          counter.advance(by: engine.metrics.count * block.examples.count, stage: plan.name)
        })
    case .paths(let paths, let grid):
      try engine.run(paths, skipping: isRun(grid)) { try record($0, grid) }
    }
  }

  private func run(
    _ study: MazeSteeringStudy, to file: PartialResults, counter: RunCounter
  ) throws -> MazeSteeringResults {
    try study.run(
      threads: threads ?? ProcessInfo.processInfo.activeProcessorCount, kept: try study.outcomes(keptIn: file)
    ) { number, outcome in
      try counter.check()
      try file.write(table: study.spec.name, example: number, values: study.row(of: outcome))
      counter.advance(by: study.cells, stage: study.spec.name)
    }
  }

  /// - Returns: the cache file; nil where none is asked for.
  private func writeCache(
    into folder: String, sha256: String, resuming: Bool, counter: RunCounter
  ) throws -> String? {
    guard let spec = experiment.cache else { return nil }
    let path = resolvedPath("\(experiment.name).cache.h5", relativeTo: folder)
    let runs = spec.runs.count * prompts.set.count
    if resuming, CacheRecorder.isWhole(path, of: self, sha256: sha256) {
      counter.advance(by: runs, stage: "cache")
      return path
    }
    let cache = try CacheRecorder(creating: path, spec, run: self, rows: prompts.rows, sha256: sha256)
    do {
      try cache.write(counter: counter)
      try counter.check()
      try cache.finish()
    } catch {
      cache.discard()
      throw error
    }
    return path
  }

  // MARK: Its end

  /// Writes the results file from the partial one, with what is read off the unedited runs.
  private func finish(
    _ partial: PartialResults, _ header: ResultsHeader, _ steered: [MazeSteeringResults], counter: RunCounter
  ) throws -> ([SweepSummary], [AdditivitySummary]) {
    let results = try ResultsWriter(finishing: partial, header: header, prompts: prompts.rows)
    do {
      let baselines = try baselines()
      try results.writeBaseline(.clean, metrics: named(baselines.clean))
      try results.writeBaseline(.corrupted, metrics: named(baselines.corrupted))
      for spec in experiment.readouts {
        try counter.check()
        try results.write(try readout(spec))
      }
      var additivity: [AdditivitySummary] = []
      let summaries = try plans.map { plan in
        var completion = SweepCompletion(plan: plan, run: self, baselines: baselines)
        let summary = try completion.run(from: partial, to: results, check: counter.check)
        if let found = try self.additivity(of: plan, to: results, counter: counter) { additivity.append(found) }
        return summary
      }
      for found in steered { try results.write(found.arrays) }
      try counter.check()
      try results.finish()
      return (summaries, additivity)
    } catch {
      results.discard()
      throw error
    }
  }

  /// Writes the mean vectors of a study in mazes, as `NAME.STUDY.VECTOR.h5`.
  private func save(
    _ study: MazeSteeringStudy, _ found: MazeSteeringResults, into folder: String, sha256: String
  ) throws {
    let threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
    let length = found.activationLengths.reduce(0) { $0 + Double($1) } / Double(max(1, found.examples))
    for (vector, values) in try study.meanVectors(threads: threads) {
      let file = SteeringVector(
        model: model.text, modelSHA256: sha256, site: study.spec.site.rawValue, method: vector.name,
        prompts: promptsNote ?? "", position: "start", pairs: found.examples, patchbayVersion: PatchbayVersion.text,
        layers: [0], values: [[values]], isSequence: false, activationNorms: [length])
      let path = resolvedPath("\(experiment.name).\(study.spec.name).\(vector.name).h5", relativeTo: folder)
      let output = try ArraysFile(creating: path, format: .vector, attributes: file.attributes)
      try output.write(file.arrays)
      try output.finish()
    }
  }

  /// Carries the analyses out, on the cache as it stands on the disk. What goes wrong in them leaves results and cache as they are.
  func analysis(
    of cache: String?, into folder: String, shouldStop: @escaping @Sendable () -> Bool
  ) throws -> AnalysisOutcome? {
    guard let cache, !experiment.analyses.isEmpty else { return nil }
    let run = AnalysisRun(
      name: experiment.name, analyses: experiment.analyses,
      caches: [try ActivationCache(name: experiment.name, file: cache)], file: experiment.file, text: experiment.text,
      threads: threads)
    return try run.run(into: folder, check: { if shouldStop() { throw ExperimentError.interrupted } })
  }
}
