import ExperimentFile
import Synchronization

/// Counts the finished runs of one prompt, and decides whether to start more.
final class RunCounter: Sendable {
  private let total: Int
  private let before: Int
  private let shouldStop: @Sendable () -> Bool
  private let count: Mutex<Int>

  /// - Parameter before: how many an earlier run has done.
  init(total: Int, before: Int, shouldStop: @escaping @Sendable () -> Bool) {
    self.total = total
    self.before = before
    self.shouldStop = shouldStop
    count = Mutex(before)
  }

  /// How many are done.
  var done: Int { count.withLock(\.self) }

  /// - Throws: `ExperimentError.interrupted`, `CancellationError`.
  func check() throws {
    try Task.checkCancellation()
    if shouldStop() { throw ExperimentError.interrupted }
  }

  /// Adds to the count.
  func advance(by runs: Int, stage: String) -> RunProgress {
    let done = count.withLock { count in
      count += runs
      return count
    }
    return RunProgress(stage: stage, done: done, total: total, before: before)
  }
}
