import Foundation
import Tensors

/// Shares numbered pieces of work (usually layers) between threads. The result depends only on the pieces, not on the
/// threads.
public enum Workers {
  /// Does pieces 0..<count and returns their results in order.
  /// - Parameter threads: nil for one per core. With more than one, each thread does its own matrix products.
  /// - Throws: the error of the first piece, in order, that failed.
  public static func map<Result: Sendable>(
    _ count: Int, threads: Int? = nil, _ piece: @Sendable (Int) throws -> Result
  ) throws -> [Result] {
    let cores = threads ?? ProcessInfo.processInfo.activeProcessorCount
    let workers = max(1, min(cores, count))
    let results = Results<Result>(count: count)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      ProductThreads.set(workers > 1 ? 1 : max(1, cores))
      defer { ProductThreads.set(max(1, cores)) }
      while let next = results.next() {
        results.set(next, Swift.Result { try piece(next) })
      }
    }
    return try results.all.map { try $0!.get() }
  }

  /// `@unchecked Sendable`: the lock guards everything in it.
  private final class Results<Value: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var taken = 0
    private var values: [Swift.Result<Value, any Error>?]

    init(count: Int) { values = Array(repeating: nil, count: count) }

    var all: [Swift.Result<Value, any Error>?] { lock.withLock { values } }

    func next() -> Int? {
      lock.withLock {
        guard taken < values.count else { return nil }
        taken += 1
        return taken - 1
      }
    }

    func set(_ index: Int, _ value: Swift.Result<Value, any Error>) { lock.withLock { values[index] = value } }
  }
}
