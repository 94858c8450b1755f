import Synchronization
import Tensors
import Testing

/// Pieces of work on several threads.
@Suite struct WorkerPoolTests {
  struct Wrong: Error, Equatable { let number: Int }

  @Test(arguments: 1...4) func resultsAreInOrder(threads: Int) {
    for count in [0, 1, 2, 7, 100] {
      #expect(WorkerPool.map(count: count, threads: threads) { $0 * $0 } == (0..<count).map { $0 * $0 })
    }
  }

  @Test(arguments: 1...4) func theFirstErrorByNumberIsThrown(threads: Int) {
    for _ in 0..<20 {
      let begun = Mutex(Set<Int>())
      #expect(throws: Wrong(number: 3)) {
        try WorkerPool.map(count: 1000, threads: threads) { number in
          begun.withLock { _ = $0.insert(number) }
          if number % 4 == 3 { throw Wrong(number: number) }
        }
      }
      // Pieces that were not begun when one failed are left.
      #expect(begun.withLock(\.count) < 1000)
    }
  }

  @Test func deliveriesComeOneAtATime() throws {
    let inside = Atomic(0)
    let sum = Mutex(0)
    try WorkerPool.run(count: 200, threads: 4) { number, check in
      try check()
      return number
    } deliver: { number in
      #expect(inside.add(1, ordering: .sequentiallyConsistent).newValue == 1)
      sum.withLock { $0 += number }
      inside.subtract(1, ordering: .sequentiallyConsistent)
    }
    #expect(sum.withLock(\.self) == 199 * 100)
    #expect(throws: Wrong(number: 9)) {
      try WorkerPool.run(count: 10, threads: 1) { number, _ in
        number
      } deliver: {
        if $0 == 9 { throw Wrong(number: 9) }
      }
    }
  }

  @Test func aCancelledTaskEndsDeliveredWorkAndNotWhatIsMapped() async throws {
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      let all = WorkerPool.map(count: 10, threads: 2) { $0 }
      #expect(all.count == 10)
      try WorkerPool.run(count: 10, threads: 1) { number, _ in
        number
      } deliver: { _ in
      }
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test func productsOfAPieceAreItsThreadsAlone() {
    let usual = ProductThreads.current
    let seen = WorkerPool.map(count: 1, threads: 4) { _ in ProductThreads.current }
    #expect(seen == [1] && ProductThreads.current == usual)
    #expect(ProductThreads.shared(between: 3) { ProductThreads.current } == 3)
  }
}
