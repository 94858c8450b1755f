import ActivationStore
import Diagnostics
import ExperimentFile
import Foundation
import Hashing
import Interventions
import LabelledArrays
import Patching
import Questions

/// Checks whether a file of an earlier run belongs to this run.
extension ExperimentRun {
  /// How many runs of one prompt are done in a file.
  func runs(doneIn file: PartialResults) -> Int {
    func rows(_ table: PartialResults.Table, _ runs: Int) -> Int { runs * file.rows(table: table.name) }
    let heads = heads.map { rows($0.room, $0.runs) } ?? 0
    return questions.reduce(heads) { sum, question in
      switch question.room {
      case .rows(let table): return sum + rows(table, question.runs)
      case .cells(let sweep):
        // Estimating all cells of an example takes a run per metric.
        let estimates = file.done(sweep: question.name, .estimate) / max(1, sweep.declaration.cells)
        return sum + file.done(sweep: question.name, .run) + estimates * experiment.metrics.count
      }
    }
  }

  /// What identifies the file's run, in addition to its text.
  var fingerprints: [String: Attribute] {
    [
      Schema.ResultsRoot.promptsSHA256: .text(promptsFingerprint),
      Schema.ResultsRoot.vectorsSHA256: .text(vectorsFingerprint),
      Schema.ResultsRoot.examplesPerBlock: .integer(PatchingEngine.blockSize),
    ]
  }

  /// - Throws: `ExperimentError.cannotResume` with the first difference; `StoreError`.
  func checkMatches(_ file: String, _ header: ResultsHeader) throws {
    let found: ResultsHeader
    do {
      found = try ResultsReader(file).header()
    } catch StoreError.busy {
      throw StoreError.busy(path: file, toWrite: true)
    }
    func refuse(_ difference: String) -> ExperimentError { .cannotResume(file: file, difference: difference) }
    if found.patchbayVersion != header.patchbayVersion {
      throw refuse("it was written by Patchbay \(found.patchbayVersion), and this is \(header.patchbayVersion)")
    }
    if found.modelSHA256 != header.modelSHA256 {
      throw refuse(
        """
        its model is \(quoted(found.model)) with weights \(found.modelSHA256.prefix(12))..., and now it is \
        \(quoted(header.model)) with weights \(header.modelSHA256.prefix(12))...
        """)
    }
    if let difference = firstDifference(of: found.experiment, and: header.experiment) {
      throw refuse("the experiment file has changed: \(difference)")
    }
    for (key, what) in [
      (Schema.ResultsRoot.promptsSHA256, "prompts"), (Schema.ResultsRoot.vectorsSHA256, "vectors"),
    ] {
      if let there = found.attributes[key], let now = header.attributes[key], there != now {
        throw refuse("the \(what) that the experiment reads from other files have changed")
      }
    }
  }

  /// The results of an earlier run that finished; nil if there are none, or there is a partial file to resume.
  ///
  /// Sweeps and heads are summarised again from the file; missing analyses are run.
  /// - Throws: `ExperimentError.cannotResume` if the results are of something else; `StoreError`, `RunError`.
  package func finishedOutcome(in folder: String) throws -> RunOutcome? {
    let path = resultsFile(in: folder)
    let files = FileManager.default
    guard files.fileExists(atPath: path), !files.fileExists(atPath: PartialResults.path(of: path)) else { return nil }
    try checkMatches(path, header(sha256: try loaded.folder.sha256()))
    let results = try ResultsReader(path)
    func baselines(_ run: StoredRun) throws -> [Metric: [Float]] {
      let stored = try results.baseline(run)
      return Dictionary(uniqueKeysWithValues: experiment.metrics.map { ($0, stored[$0.rawValue] ?? []) })
    }
    let found = Baselines(clean: try baselines(.clean), corrupted: try baselines(.corrupted))
    var answers: [any QuestionSummary] = []
    var sweeps: [(PlannedSweep, SweepSummary)] = []
    for question in questions {
      guard let answer = try question.summary(of: results, baselines: found) else { continue }
      answers.append(answer)
      if let sweep = question as? PlannedSweep, let summary = answer as? SweepSummary {
        sweeps.append((sweep, summary))
      }
    }
    if let heads {
      let question = PlannedHeads(plan: heads, strongest: StrongestHeads(sweeps))
      if let answer = try question.summary(of: results, baselines: found) { answers.append(answer) }
    }
    let cache = experiment.cache.map { _ in resolvedPath("\(experiment.name).cache.h5", relativeTo: folder) }
    let hasAnalyses = files.fileExists(atPath: resolvedPath("\(experiment.name).analysis.h5", relativeTo: folder))
    return RunOutcome(
      results: path, cache: cache, baselines: found, answers: answers,
      analysis: hasAnalyses ? nil : try analysis(of: cache, into: folder, shouldStop: { false }), before: total)
  }

  /// - Throws: `ExperimentError.cannotResume` for a partial file whose examples were split into blocks differently: the
  ///   last bits of existing and new values could differ.
  func checkCut(of file: String) throws {
    guard
      try ResultsReader(file).header().attributes[Schema.ResultsRoot.examplesPerBlock]
        != .integer(PatchingEngine.blockSize)
    else { return }
    throw ExperimentError.cannotResume(
      file: file, difference: "its examples were not run in blocks of \(PatchingEngine.blockSize)")
  }

  private var promptsFingerprint: String {
    var hash = SHA256()
    for pair in prompts.set.pairs {
      for tokens in [pair.clean, pair.corrupted, pair.answers, pair.wrongs] {
        hash.update(bytesOf: [Int32(tokens.count)] + tokens)
      }
    }
    return hash.hexadecimal()
  }

  private var vectorsFingerprint: String {
    var hash = SHA256()
    for vector in experiment.questions.flatMap(\.vectors) { hash.update(bytesOf: vector) }
    return hash.hexadecimal()
  }
}

/// The first line in which two texts differ, in words; nil if they are equal.
private func firstDifference(of before: String, and now: String) -> String? {
  guard before != now else { return nil }
  let before = before.split(separator: "\n", omittingEmptySubsequences: false)
  let now = now.split(separator: "\n", omittingEmptySubsequences: false)
  let line = zip(before, now).prefix { $0 == $1 }.count
  func shown(_ lines: [Substring]) -> String {
    line < lines.count ? "'\(visible(lines[line].trimmingCharacters(in: .whitespaces)))'" : "not there"
  }
  return "line \(line + 1) was \(shown(before)) and is \(shown(now))"
}
