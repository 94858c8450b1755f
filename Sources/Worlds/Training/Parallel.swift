import Dispatch
import Foundation
import Synchronization
import Tensors

/// Numbered pieces of work on several threads. Matrix products inside a piece stay on its thread, so the result of a
/// piece does not depend on the number of threads.
enum Parallel {
  /// Does pieces 0..<count, each once.
  /// - Returns: their results, in order.
  /// - Throws: the error of the first piece, by number, that failed.
  static func map<T: Sendable>(
    _ count: Int, threads: Int, _ piece: @escaping @Sendable (Int) throws -> T
  ) throws -> [T] {
    let results = Results<T>(count: count)
    let next = Atomic<Int>(0)
    let workers = max(1, min(threads, count))
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      let usual = ProductThreads.current
      ProductThreads.set(1)
      defer { ProductThreads.set(usual) }
      while true {
        let number = next.add(1, ordering: .relaxed).oldValue
        guard number < count else { return }
        results.set(number, Result { try piece(number) })
      }
    }
    return try results.all()
  }

  /// Like `map`, for pieces that cannot fail.
  static func mapAll<T: Sendable>(_ count: Int, threads: Int, _ piece: @escaping @Sendable (Int) -> T) -> [T] {
    var results = [T?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { results in
      // Pieces write to different places.
      nonisolated(unsafe) let results = results
      forEach(count, threads: threads) { results[$0] = piece($0) }
    }
    return results.compactMap { $0 }
  }

  /// Does pieces 0..<count, each once, without results; they compute no matrix products.
  static func forEach(_ count: Int, threads: Int, _ piece: @escaping @Sendable (Int) -> Void) {
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
      while true {
        let number = next.add(1, ordering: .relaxed).oldValue
        guard number < count else { return }
        piece(number)
      }
    }
  }
}

/// The results of the pieces. `@unchecked Sendable`: the lock guards it.
private final class Results<T: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var results: [Result<T, any Error>?]

  init(count: Int) { results = [Result<T, any Error>?](repeating: nil, count: count) }

  func set(_ number: Int, _ result: Result<T, any Error>) { lock.withLock { results[number] = result } }

  func all() throws -> [T] {
    try lock.withLock {
      defer { results = [] }
      return try results.map {
        guard let result = $0 else { preconditionFailure("every piece is done") }
        return try result.get()
      }
    }
  }
}
