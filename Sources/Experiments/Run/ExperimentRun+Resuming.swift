import ActivationStore
import Crypto
import Diagnostics
import Foundation
import Interventions
import Patching

/// Whether a file that an earlier run has left is of this very run.
extension ExperimentRun {
  /// How the earlier run cut its work, so that one that goes on cuts it alike: a matrix product of other rows may round otherwise.
  public struct Cutting: Sendable, Hashable {
    public let threads: Int
    /// Bytes.
    public let memory: Int
  }

  /// How the run that left a partial file has cut its work; nil where there is no such file, or none that can be read.
  public static func cutting(ofRunInto results: String) -> Cutting? {
    do {
      let attributes = try ResultsReader(PartialResults.path(of: results)).header().attributes
      guard case .integer(let threads)? = attributes[cuttingKeys.threads],
        case .integer(let memory)? = attributes[cuttingKeys.memory], (1...mostThreads).contains(threads), memory > 0
      else { return nil }
      return Cutting(threads: threads, memory: memory)
    } catch {
      return nil
    }
  }

  /// No machine has more: a file that says so is not to have them started.
  private static let mostThreads = 4096

  private static let cuttingKeys = (threads: "threads", memory: "memory")

  /// What a partial file says of how the work is cut.
  var cutting: [String: Attribute] {
    [
      Self.cuttingKeys.threads: .integer(plainEngine.threads), Self.cuttingKeys.memory: .integer(plainEngine.memory),
    ]
  }

  /// What the file is of beside what its text says.
  var fingerprints: [String: Attribute] {
    ["prompts_sha256": .text(promptsFingerprint), "vectors_sha256": .text(vectorsFingerprint)]
  }

  /// - Throws: `ExperimentError.cannotResume` with the first difference; `StoreError`.
  func checkThatItFits(_ file: String, _ header: ResultsHeader) throws {
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
    for (key, what) in [("prompts_sha256", "prompts"), ("vectors_sha256", "vectors")] {
      if let there = found.attributes[key], let now = header.attributes[key], there != now {
        throw refuse("the \(what) that the experiment reads from other files have changed")
      }
    }
  }

  /// What an earlier run has left where it came to its end; nil where there are no results, or a partial file to go on with.
  ///
  /// Sweeps and heads are summed up anew from the file; analyses are carried out where they are missing.
  /// - Throws: `ExperimentError.cannotResume` where the results are of something else; `StoreError`, `RunError`.
  func finishedOutcome(in folder: String) throws -> RunOutcome? {
    let path = resultsFile(in: folder)
    let files = FileManager.default
    guard files.fileExists(atPath: path), !files.fileExists(atPath: PartialResults.path(of: path)) else { return nil }
    try checkThatItFits(path, header(sha256: try loaded.folder.sha256()))
    let results = try ResultsReader(path)
    let summaries = try plans.map { plan in
      var completion = SweepCompletion(plan: plan, run: self)
      return try completion.summary(of: results)
    }
    let cache = experiment.cache.map { _ in resolvedPath("\(experiment.name).cache.h5", relativeTo: folder) }
    let hasAnalyses = files.fileExists(atPath: resolvedPath("\(experiment.name).analysis.h5", relativeTo: folder))
    return RunOutcome(
      results: path, cache: cache, summaries: summaries, additivity: [], heads: try HeadsSummary(self, summaries),
      analysis: hasAnalyses ? nil : try analysis(of: cache, into: folder, shouldStop: { false }), steering: [],
      before: total)
  }

  private var promptsFingerprint: String {
    var hash = SHA256()
    for pair in prompts.set.pairs {
      for tokens in [pair.clean, pair.corrupted, pair.answers, pair.wrongs] {
        hash.update(bytesOf: [Int32(tokens.count)] + tokens)
      }
    }
    return hash.finalize().hexadecimal
  }

  private var vectorsFingerprint: String {
    var hash = SHA256()
    for spec in experiment.sweeps {
      guard let sweep = spec.sweep else { continue }
      for edit in [sweep.edit] + sweep.standing.map(\.edit) {
        for vector in edit.kind.vectors { hash.update(bytesOf: vector) }
      }
    }
    for study in experiment.steering {
      for case .stored(let vector) in study.terms.map(\.vector) { hash.update(bytesOf: vector) }
    }
    return hash.finalize().hexadecimal
  }
}

/// The first line in which two texts differ, in words; nil where they are the same.
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

extension SHA256 {
  fileprivate mutating func update<T: BitwiseCopyable>(bytesOf values: [T]) {
    values.withUnsafeBytes { update(bufferPointer: $0) }
  }
}

extension SHA256Digest {
  fileprivate var hexadecimal: String { map { String(format: "%02x", $0) }.joined() }
}
