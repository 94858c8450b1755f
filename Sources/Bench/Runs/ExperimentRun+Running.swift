import ActivationStore
import Analyses
import Analysis
import Diagnostics
import Execution
import ExperimentFile
import Foundation
import Patching
import Questions
import Synchronization

extension ExperimentRun {
  /// Answers all questions and writes `NAME.h5` and, if a cache is requested, `NAME.cache.h5`.
  ///
  /// The work goes block by block of examples and, within a block, question by question. Answers are written to
  /// `NAME.h5.partial` as they are found; that file can be resumed after an error, an interruption or a kill. Results
  /// and cache get their final names when they are complete; files of an earlier run remain until then.
  /// - Parameters:
  ///   - folder: where the files go; created if it does not exist.
  ///   - resuming: whether to resume the partial file of an earlier run, if there is one.
  ///   - sinks: notified of everything that happens, after it is in the file.
  ///   - shouldStop: called whenever something is done, by one thread at a time; a cancelled task stops a run as well.
  /// - Throws: `ExperimentError.cannotCreateFolder`, `.interrupted` (nothing was done), `.interruptedWithRest`,
  ///   `.cannotResume`, `StoreError`, `PatchingError`; what a sink throws.
  public func run(
    into folder: String, resuming: Bool = false, sinks: [any RunSink],
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) throws -> RunOutcome {
    try makeFolder(folder)
    let path = resultsFile(in: folder)
    let sha256 = try loaded.folder.sha256()
    let header = header(sha256: sha256)
    let partial = try partialFile(path, header, resuming: resuming)
    let before = runs(doneIn: partial)
    let counter = RunCounter(total: total, before: before, shouldStop: shouldStop)
    let stream = EventStream([PartialFileSink(file: partial)] + sinks, counter)
    try stream.send(.began(total: total, before: before))
    let (cache, baselines, answers): (String?, Baselines, [any QuestionSummary])
    do {
      try answerQuestions(partial, counter, stream)
      cache = try writeCache(into: folder, sha256: sha256, resuming: resuming, counter, stream)
      (baselines, answers) = try finish(partial, header, into: folder, counter, stream)
    } catch {
      let isStopped = error is CancellationError || error as? ExperimentError == .interrupted
      guard partial.done > 0 else {
        partial.discard()
        throw isStopped ? ExperimentError.interrupted : error
      }
      partial.keep()
      guard isStopped else { throw error }
      throw ExperimentError.interruptedWithRest(done: counter.done, total: total, file: PartialResults.path(of: path))
    }
    partial.discard()
    let outcome = RunOutcome(
      results: path, cache: cache, baselines: baselines, answers: answers,
      analysis: try analysis(of: cache, into: folder, shouldStop: shouldStop), before: before)
    try stream.send(.finished(outcome))
    return outcome
  }

  /// Answers all questions like the other method, and reports progress to a function.
  /// - Parameter progress: called now and then, by one thread at a time.
  public func run(
    into folder: String, resuming: Bool = false, progress: @escaping @Sendable (RunProgress) -> Void = { _ in },
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) throws -> RunOutcome {
    let line = EventHandler { if case .progress(let now) = $0 { progress(now) } }
    return try run(into: folder, resuming: resuming, sinks: [line], shouldStop: shouldStop)
  }

  /// The events of a run that starts, on its own thread, when they are iterated over; a task that stops iterating stops
  /// the run.
  /// - Throws: while iterating, as `run(into:resuming:sinks:shouldStop:)`.
  public func events(into folder: String, resuming: Bool = false) -> AsyncThrowingStream<RunEvent, any Error> {
    AsyncThrowingStream { continuation in
      let isStopped = Atomic(false)
      continuation.onTermination = { _ in isStopped.store(true, ordering: .relaxed) }
      Thread.detachNewThread {
        do {
          let sink = EventHandler { continuation.yield($0) }
          _ = try run(
            into: folder, resuming: resuming, sinks: [sink], shouldStop: { isStopped.load(ordering: .relaxed) })
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
    }
  }

  /// The path of the results.
  func resultsFile(in folder: String) -> String { resolvedPath("\(experiment.name).h5", relativeTo: folder) }

  // MARK: Under way

  /// The file for answers: a new one, or that of an earlier run.
  private func partialFile(_ path: String, _ header: ResultsHeader, resuming: Bool) throws -> PartialResults {
    if resuming, FileManager.default.fileExists(atPath: PartialResults.path(of: path)) {
      try checkMatches(PartialResults.path(of: path), header)
      try checkCut(of: PartialResults.path(of: path))
      return try PartialResults(reopening: path)
    }
    _ = try PartialResults.setAside(path)
    var (sweeps, tables): ([PartialResults.Sweep], [PartialResults.Table]) = ([], [])
    for question in questions {
      switch question.room {
      case .cells(let sweep): sweeps.append(sweep)
      case .rows(let table): tables.append(table)
      }
    }
    if let heads { tables.append(heads.room) }
    return try PartialResults(
      creating: path, header: header, prompts: prompts.rows,
      baselines: [StoredRun.clean, .corrupted].map { ($0, experiment.metrics.map(\.rawValue)) }, sweeps: sweeps,
      tables: tables)
  }

  /// Works block by block, so that all questions share the unedited runs of a block, which are then released.
  private func answerQuestions(_ partial: PartialResults, _ counter: RunCounter, _ stream: EventStream) throws {
    for block in engine.blocks {
      try counter.check()
      try writeBaselines(of: block, to: partial)
      let unit = UnitOfWork(block, in: partial, check: counter.check, deliver: stream.deliver)
      for question in questions {
        try counter.check()
        try question.answer(unit)
      }
    }
    for engine in engines { engine.release() }
  }

  private func writeBaselines(of block: Range<Int>, to partial: PartialResults) throws {
    guard !partial.hasBaselines(of: block) else { return }
    let found = try engine.baselines(of: block)
    try partial.write(
      baselines: [(.clean, named(found.clean)), (.corrupted, named(found.corrupted))], examples: block)
  }

  /// - Returns: the cache file; nil if none is requested.
  private func writeCache(
    into folder: String, sha256: String, resuming: Bool, _ counter: RunCounter, _ stream: EventStream
  ) throws -> String? {
    guard let spec = experiment.cache else { return nil }
    let path = resolvedPath("\(experiment.name).cache.h5", relativeTo: folder)
    @Sendable func advance(_ runs: Int) throws { try stream.send(.progress(counter.advance(by: runs, stage: "cache"))) }
    if resuming, CacheRecorder.isWhole(path, of: self, sha256: sha256) {
      try advance(spec.runs.count * prompts.set.count)
      return path
    }
    let cache = try CacheRecorder(creating: path, spec, run: self, sha256: sha256)
    do {
      try cache.write(check: counter.check, advance: advance)
      try counter.check()
      try cache.finish()
    } catch {
      cache.discard()
      throw error
    }
    return path
  }

  // MARK: Its end

  /// Writes the results file from the partial one, and examines the heads that the sweeps found strongest.
  private func finish(
    _ partial: PartialResults, _ header: ResultsHeader, into folder: String, _ counter: RunCounter,
    _ stream: EventStream
  ) throws -> (Baselines, [any QuestionSummary]) {
    let results = try ResultsWriter(finishing: partial, header: header, prompts: prompts.rows)
    do {
      let baselines = try baselines(in: partial)
      try results.writeBaseline(.clean, metrics: named(baselines.clean))
      try results.writeBaseline(.corrupted, metrics: named(baselines.corrupted))
      let finishing = Finishing(
        partial: partial, results: results, baselines: baselines, setting: setting, folder: folder, check: counter.check
      )
      var answers: [any QuestionSummary] = []
      var sweeps: [(PlannedSweep, SweepSummary)] = []
      for question in questions {
        try counter.check()
        guard let answer = try question.finish(finishing) else { continue }
        answers.append(answer)
        if let sweep = question as? PlannedSweep, let summary = answer as? SweepSummary {
          sweeps.append((sweep, summary))
        }
      }
      if let heads {
        let question = PlannedHeads(plan: heads, strongest: StrongestHeads(sweeps))
        for block in engine.blocks {
          try question.answer(UnitOfWork(block, in: partial, check: counter.check, deliver: stream.deliver))
        }
        if let answer = try question.finish(finishing) { answers.append(answer) }
      }
      try counter.check()
      try results.finish()
      return (baselines, answers)
    } catch {
      results.discard()
      throw error
    }
  }

  private func baselines(in partial: PartialResults) throws -> Baselines {
    func of(_ run: StoredRun) throws -> [Metric: [Float]] {
      Dictionary(
        uniqueKeysWithValues: try experiment.metrics.map { ($0, try partial.baseline(run, metric: $0.rawValue)) })
    }
    return Baselines(clean: try of(.clean), corrupted: try of(.corrupted))
  }

  /// Runs the analyses on the cache on disk. Errors in them leave results and cache unchanged.
  func analysis(
    of cache: String?, into folder: String, shouldStop: @escaping @Sendable () -> Bool
  ) throws -> AnalysisOutcome? {
    guard let cache, !experiment.analyses.isEmpty else { return nil }
    let run = AnalysisRun(
      name: experiment.name, analyses: experiment.analyses,
      caches: [try ActivationCache(name: experiment.name, file: cache)], file: experiment.file, text: experiment.text,
      threads: engine.threads)
    return try run.run(into: folder, check: { if shouldStop() { throw ExperimentError.interrupted } })
  }

  /// Values by the names of their metrics.
  func named(_ values: [Metric: [Float]]) -> [String: [Float]] {
    Dictionary(uniqueKeysWithValues: values.map { ($0.rawValue, $1) })
  }
}

/// A run's sinks, and the count that they get.
private struct EventStream: Sendable {
  private let sinks: [any RunSink]
  private let counter: RunCounter

  init(_ sinks: [any RunSink], _ counter: RunCounter) {
    self.sinks = sinks
    self.counter = counter
  }

  func send(_ event: RunEvent) throws { for sink in sinks { try sink.receive(event) } }

  /// Delivers an answer and the run's progress.
  @Sendable func deliver(_ answer: AnswerBlock) throws {
    try send(.answer(answer))
    try send(.progress(counter.advance(by: answer.runs, stage: answer.stage)))
  }
}
