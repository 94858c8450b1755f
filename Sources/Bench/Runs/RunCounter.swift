import ExperimentFile
import Foundation

/// Counts the finished runs of one prompt, and decides whether to start more. `@unchecked Sendable`: the lock guards
/// the count.
final class RunCounter: @unchecked Sendable {
  private let lock = NSLock()
  private let total: Int
  private let before: Int
  private let shouldStop: @Sendable () -> Bool
  private var count: Int

  /// - Parameter before: how many an earlier run has done.
  init(total: Int, before: Int, shouldStop: @escaping @Sendable () -> Bool) {
    self.total = total
    self.before = before
    self.shouldStop = shouldStop
    count = before
  }

  /// How many are done.
  var done: Int { lock.withLock { count } }

  /// - Throws: `ExperimentError.interrupted`, `CancellationError`.
  func check() throws {
    try Task.checkCancellation()
    if shouldStop() { throw ExperimentError.interrupted }
  }

  /// Adds to the count.
  func advance(by count: Int, stage: String) -> RunProgress {
    lock.withLock {
      self.count += count
      return RunProgress(stage: stage, done: self.count, total: total, before: before)
    }
  }
}
