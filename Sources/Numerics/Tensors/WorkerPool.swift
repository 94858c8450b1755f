import Foundation
import Synchronization

/// Shares numbered pieces of work between threads, each of which multiplies matrices by itself: two small products side by side are faster than
/// one shared between threads, and what a piece comes to does not depend on how many threads there are.
///
/// Pieces are begun in the order of their numbers. After the first that fails no further one is begun; those that are under way are finished.
package enum WorkerPool {
  /// Does pieces 0..<count, each once, and hands the results to `deliver`, one at a time, in no particular order.
  /// - Parameters:
  ///   - threads: nil for one a processor core.
  ///   - piece: given its number and a check to call now and then in a long piece; the check throws when the work is to stop.
  /// - Throws: the error of the first piece, by number, that had one or that `deliver` did not take; `CancellationError` when the task is cancelled.
  package static func run<Result>(
    count: Int, threads: Int? = nil, _ piece: @Sendable (Int, _ check: () throws -> Void) throws -> Result,
    deliver: @Sendable (Result) throws -> Void
  ) throws {
    let queue = Queue<any Error>(count: count)
    let delivering = Mutex(())
    // Only the thread of the task knows that it was cancelled; the others learn it from the failure that it notes.
    @Sendable func check() throws {
      try Task.checkCancellation()
      if let failure = queue.failure { throw failure }
    }
    onThreads(threads, atMost: count) {
      while let number = queue.next() {
        do {
          try check()
          let result = try piece(number, check)
          try delivering.withLock { _ in try deliver(result) }
        } catch {
          queue.stop(number, error)
        }
      }
    }
    if let failure = queue.failure { throw failure }
  }

  /// Does pieces 0..<count, whether the task is cancelled or not, and returns their results in order.
  /// - Parameter threads: nil for one a processor core.
  /// - Throws: the error of the first piece, by number, that had one.
  @discardableResult
  package static func map<Result: Sendable, Failure: Error>(
    count: Int, threads: Int? = nil, _ piece: @Sendable (Int) throws(Failure) -> Result
  ) throws(Failure) -> [Result] {
    let queue = Queue<Failure>(count: count)
    let results = Mutex([Result?](repeating: nil, count: count))
    onThreads(threads, atMost: count) {
      while let number = queue.next() {
        do throws(Failure) {
          let result = try piece(number)
          results.withLock { $0[number] = result }
        } catch {
          queue.stop(number, error)
        }
      }
    }
    if let failure = queue.failure { throw failure }
    return results.withLock { $0.compactMap(\.self) }
  }

  private static func onThreads(_ threads: Int?, atMost count: Int, _ body: @Sendable () -> Void) {
    let threads = max(1, min(threads ?? ProcessInfo.processInfo.activeProcessorCount, count))
    DispatchQueue.concurrentPerform(iterations: threads) { _ in ProductThreads.alone(body) }
  }

  /// What the workers share: which piece is next, and what went wrong.
  private final class Queue<Failure: Error>: Sendable {
    private struct State {
      var taken = 0
      var failure: (number: Int, error: Failure)?
    }

    private let count: Int
    private let state = Mutex(State())

    init(count: Int) { self.count = count }

    var failure: Failure? { state.withLock { $0.failure?.error } }

    func next() -> Int? {
      state.withLock { state in
        guard state.failure == nil, state.taken < count else { return nil }
        state.taken += 1
        return state.taken - 1
      }
    }

    func stop(_ number: Int, _ error: Failure) {
      state.withLock { state in
        if let failure = state.failure, failure.number < number { return }
        state.failure = (number, error)
      }
    }
  }
}
