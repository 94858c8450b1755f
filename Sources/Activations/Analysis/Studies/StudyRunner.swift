import ActivationStore
import Diagnostics
import Foundation
import ModelGraph
import Synchronization
import Tensors

/// Runs studies: reads what they select, each hook of each source once for all of them, with hooks in parallel on all
/// processors.
public struct StudyRunner: Sendable {
  private let studies: [any RunningStudy]
  private let threads: Int?

  /// - Parameters:
  ///   - studies: in the order of their results.
  ///   - threads: nil for one per core.
  public init(_ studies: [any Study], threads: Int? = nil) throws {
    self.studies = try studies.map { try Self.start($0) }
    self.threads = threads
  }

  private static func start<S: Study>(_ study: S) throws -> any RunningStudy { try Running(study) }

  /// Runs one study and returns its outcome for each place, in the selection's order.
  /// - Throws: as `run`.
  static func outcomes<S: Study>(
    of study: S, threads: Int? = nil, check: @escaping @Sendable () throws -> Void
  ) throws -> [S.Work.Outcome] {
    let running = try Running(study)
    try StudyRunner(running: [running], threads: threads).readAll(progress: { _, _ in }, check: check)
    return running.outcomes
  }

  private init(running: [any RunningStudy], threads: Int?) {
    studies = running
    self.threads = threads
  }

  /// One reading: a hook of some runs, and the studies that use it.
  private struct Reading: Sendable {
    let study: Int
    let source: Int
    let hook: Int
  }

  /// - Parameters:
  ///   - progress: called with the number of hooks read, by one thread at a time.
  ///   - check: called between blocks; an error it throws ends the run.
  /// - Returns: a result for each study.
  /// - Throws: `SelectionError`, `AnalysisError`, `LinearAlgebraError`, `StoreError`.
  public func run(
    progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }, check: @escaping @Sendable () throws -> Void
  ) throws -> [StudyResult] {
    try readAll(progress: progress, check: check)
    return try studies.map { study in
      try check()
      var result = try study.result()
      result.notes = study.selection.leftOutNotes + result.notes
      return result
    }
  }

  private func readAll(
    progress: @Sendable (_ done: Int, _ total: Int) -> Void, check: @escaping @Sendable () throws -> Void
  ) throws {
    var pass = 0
    while true {
      let readings = self.readings(pass)
      if readings.isEmpty, pass > 0 { break }
      let done = Mutex(0)
      let number = pass
      @Sendable func take(_ index: Int) throws {
        try read(readings[index], number, check)
        done.withLock {
          $0 += 1
          progress($0, readings.count)
        }
      }
      if readings.count == 1 {
        // One stream has all threads to itself, for its products.
        try ProductThreads.shared(between: threads ?? ProcessInfo.processInfo.activeProcessorCount) { try take(0) }
      } else {
        try WorkerPool.map(count: readings.count, threads: threads, take)
      }
      pass += 1
    }
  }

  /// What to read in a pass: sources of the same runs are read once for all studies that have them.
  private func readings(_ pass: Int) -> [[Reading]] {
    var order: [String] = []
    var groups: [String: [Reading]] = [:]
    for (index, study) in studies.enumerated() {
      let selection = study.selection
      for source in selection.sources.indices {
        let parts = selection.sources[source].parts.map { "\($0.cache.file)\u{0}\($0.run.rawValue)" }
        for hook in selection.hooks.indices where study.wants(source, hook, pass) {
          let key = (parts + [selection.hooks[hook].text]).joined(separator: "\u{1}")
          if groups[key] == nil { order.append(key) }
          groups[key, default: []].append(Reading(study: index, source: source, hook: hook))
        }
      }
    }
    return order.compactMap { groups[$0] }
  }

  private func read(_ readings: [Reading], _ pass: Int, _ check: @Sendable () throws -> Void) throws {
    let streams = readings.map { studies[$0.study].selection.stream(source: $0.source, hook: $0.hook) }
    try RowStream.forEachBlock(of: streams) { index, rule, head, rows, items in
      try check()
      let reading = readings[index]
      try studies[reading.study].add(
        rows, items, at: Selection.Place(source: reading.source, hook: reading.hook, rule: rule, head: head), pass)
    }
    for reading in readings { try studies[reading.study].endPass(reading.source, reading.hook, pass) }
  }
}

/// A study in progress, whatever its work is.
private protocol RunningStudy: Sendable {
  var selection: Selection { get }
  /// Whether some place of a hook needs its rows in a pass.
  func wants(_ source: Int, _ hook: Int, _ pass: Int) -> Bool
  func add(_ rows: Matrix, _ items: [Int], at place: Selection.Place, _ pass: Int) throws
  func endPass(_ source: Int, _ hook: Int, _ pass: Int) throws
  func result() throws -> StudyResult
}

/// `@unchecked Sendable`: the lock guards the state of the works; a work itself belongs to one reading at a time.
private final class Running<S: Study>: RunningStudy, @unchecked Sendable {
  private final class Slot {
    /// nil when it is done.
    var work: S.Work?
    /// The next pass in which it needs rows; nil when it is done.
    var pass: Int?
    var outcome: S.Work.Outcome?

    init(_ work: S.Work) {
      self.work = work
      pass = work.waitsForOthers ? 1 : 0
    }
  }

  let selection: Selection
  private let study: S
  private let slots: [Selection.Place: Slot]

  init(_ study: S) throws {
    self.study = study
    selection = study.selection
    var slots: [Selection.Place: Slot] = [:]
    for place in selection.places { slots[place] = Slot(try study.work(at: place)) }
    self.slots = slots
  }

  private func slots(_ source: Int, _ hook: Int, _ pass: Int) -> [Slot] {
    selection.rules.indices.flatMap { rule in
      (0..<selection.headCount).compactMap { head in
        slots[Selection.Place(source: source, hook: hook, rule: rule, head: head)]
      }
    }.filter { $0.pass == pass }
  }

  func wants(_ source: Int, _ hook: Int, _ pass: Int) -> Bool { !slots(source, hook, pass).isEmpty }

  func add(_ rows: Matrix, _ items: [Int], at place: Selection.Place, _ pass: Int) throws {
    guard let slot = slots[place], slot.pass == pass else { return }
    do {
      try slot.work?.add(rows, items: items)
    } catch let error as AnalysisError {
      throw selection.firstNotFinite(in: rows, items, at: place) ?? located(error, place)
    }
  }

  func endPass(_ source: Int, _ hook: Int, _ pass: Int) throws {
    for rule in selection.rules.indices {
      for head in 0..<selection.headCount {
        let place = Selection.Place(source: source, hook: hook, rule: rule, head: head)
        guard let slot = slots[place], slot.pass == pass else { continue }
        do {
          if try slot.work?.endPass() == true {
            slot.pass = pass + 1
          } else {
            slot.outcome = try slot.work?.outcome()
            (slot.work, slot.pass) = (nil, nil)
          }
        } catch let error as any DiagnosedError where !(error is SelectionError) {
          throw located(error, place)
        }
      }
    }
  }

  func result() throws -> StudyResult { try study.result(outcomes) }

  var outcomes: [S.Work.Outcome] {
    selection.places.map { place in
      guard let outcome = slots[place]?.outcome else { preconditionFailure("every place has been read") }
      return outcome
    }
  }

  /// The error with the place where it occurred.
  private func located(_ error: any DiagnosedError, _ place: Selection.Place) -> StudyError {
    StudyError(study: study.name, place: selection.name(of: place), reason: error.message)
  }
}

/// Examples at one place that yield nothing, with the analysis and the place.
public struct StudyError: DiagnosedError, Equatable {
  public let study: String
  public let place: String
  public let reason: String

  public init(study: String, place: String, reason: String) {
    self.study = study
    self.place = place
    self.reason = reason
  }

  public var kind: FailureKind { .badData }

  public var message: String { "analysis '\(study)', \(place): \(reason)" }
}
