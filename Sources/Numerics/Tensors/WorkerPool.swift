import Execution
import Foundation
import Synchronization
import Tensors

/// Shares numbered pieces of work between threads, each of which multiplies matrices by itself: two small products side by side are faster than
/// one shared between threads, and what a piece comes to does not depend on how many threads there are.
package enum WorkerPool {
  /// Does pieces 0..<count, each once, and hands the results to `deliver`, one at a time, in no particular order.
  /// - Parameter piece: given its number and a check to call now and then in a long piece; the check throws when the work is to stop.
  /// - Throws: the first error of a piece or of `deliver`, after which no further piece is begun; `CancellationError` when the task is cancelled.
  package static func run<Result>(
    count: Int, threads: Int, _ piece: @Sendable (Int, _ check: () throws -> Void) throws -> Result,
    deliver: @Sendable (Result) throws -> Void
  ) throws {
    let progress = Progress(count: count)
    let workers = max(1, min(threads, count))
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      ProductThreads.alone {
        while let next = progress.next() {
          do {
            try progress.check()
            let result = try piece(next, progress.check)
            try progress.alone { try deliver(result) }
          } catch {
            progress.stop(error)
          }
        }
      }
    }
    if let error = progress.error { throw error }
  }

  /// Does pieces 0..<count and returns their results in order.
  /// - Throws: the first error of a piece; `CancellationError` when the task is cancelled.
  package static func map<Result: Sendable>(
    count: Int, threads: Int, _ piece: @Sendable (Int) throws -> Result
  ) throws -> [Result] {
    let results = Mutex([Result?](repeating: nil, count: count))
    try run(count: count, threads: threads) { number, _ in
      (number, try piece(number))
    } deliver: { number, result in
      results.withLock { $0[number] = result }
    }
    return results.withLock { $0.compactMap(\.self) }
  }

  /// What the workers share. `@unchecked Sendable`: the lock guards everything in it.
  private final class Progress: @unchecked Sendable {
    private let lock = NSLock()
    private let deliveries = NSLock()
    private let count: Int
    private var taken = 0
    private var failure: (any Error)?

    init(count: Int) { self.count = count }

    var error: (any Error)? { lock.withLock { failure } }

    /// Only the thread of the task knows that it was cancelled; the others learn it from the failure that it notes.
    func check() throws {
      try Task.checkCancellation()
      if let error { throw error }
    }

    func next() -> Int? {
      lock.withLock {
        guard failure == nil, taken < count else { return nil }
        taken += 1
        return taken - 1
      }
    }

    func stop(_ error: any Error) { lock.withLock { if failure == nil { failure = error } } }

    func alone(_ body: () throws -> Void) rethrows { try deliveries.withLock(body) }
  }
}
