import Foundation

/// How far a run is.
public struct RunProgress: Sendable, Hashable {
  /// What is being done: a sweep's name, or `cache`.
  public let stage: String
  /// Runs of one prompt that are done, those of an earlier run included, and how many there are in all.
  public let done: Int
  public let total: Int
  /// Those that an earlier run had done.
  public let before: Int
}

/// Counts runs that are done, and knows whether there are to be more. `@unchecked Sendable`: the lock guards the count.
final class RunCounter: @unchecked Sendable {
  private let lock = NSLock()
  private let total: Int
  private let before: Int
  private let shouldStop: @Sendable () -> Bool
  private let report: @Sendable (RunProgress) -> Void
  private var count: Int

  /// - Parameter before: how many an earlier run had done.
  init(
    total: Int, before: Int, shouldStop: @escaping @Sendable () -> Bool,
    report: @escaping @Sendable (RunProgress) -> Void
  ) {
    self.total = total
    self.before = before
    count = before
    self.shouldStop = shouldStop
    self.report = report
  }

  /// How many are done.
  var done: Int { lock.withLock { count } }

  /// - Throws: `ExperimentError.interrupted`, `CancellationError`.
  func check() throws {
    try Task.checkCancellation()
    if shouldStop() { throw ExperimentError.interrupted }
  }

  func advance(by count: Int, stage: String) {
    lock.withLock {
      self.count += count
      report(RunProgress(stage: stage, done: self.count, total: total, before: before))
    }
  }
}
