import CKernels
import Foundation
import Synchronization

/// Threads that help a single run with its products: one fewer than the machine has cores.
///
/// Between two products a run does some tens of microseconds of other work, less than it takes to wake a sleeping
/// thread. So an idle helper polls for work a little while before it goes to sleep; the time is bounded, so that a busy
/// machine loses little.
///
/// `@unchecked Sendable`: the job is written only by the caller that holds `inUse`, before it increments `generation`,
/// which helpers read first.
final class ProductThreadPool: @unchecked Sendable {
  static let shared = ProductThreadPool(helpers: ProcessInfo.processInfo.activeProcessorCount - 1)

  /// Polls before going to sleep, each some tens of nanoseconds.
  private static let looks = 3000

  private let helpers: Int
  private let inUse = Atomic<Bool>(false)
  private let generation = Atomic<Int>(0)
  private let unfinished = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let wake = NSCondition()
  private var job: (@Sendable (Int) -> Void)?
  private var pieces = 0
  /// How many threads take part, the caller's among them.
  private var lanes = 1

  init(helpers: Int) {
    self.helpers = max(0, helpers)
    for number in 0..<self.helpers {
      let thread = Thread { self.help(number) }
      thread.name = "patchbay-product-\(number)"
      thread.start()
    }
  }

  /// Does pieces 0..<count, spread over this thread and the helpers; all of them here if another caller has the
  /// helpers.
  func run(pieces count: Int, threads: Int, _ body: @escaping @Sendable (Int) -> Void) {
    guard helpers > 0, count > 1, threads > 1, !inUse.exchange(true, ordering: .acquiring) else {
      for piece in 0..<count { body(piece) }
      return
    }
    job = body
    pieces = count
    lanes = min(helpers + 1, threads)
    unfinished.store(helpers, ordering: .relaxed)
    generation.add(1, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
      wake.lock()
      wake.broadcast()
      wake.unlock()
    }
    for piece in stride(from: lanes - 1, to: count, by: lanes) { body(piece) }
    var looked = 0
    while unfinished.load(ordering: .acquiring) > 0 {
      // On a busy machine the helper may be waiting for this very core.
      if looked < Self.looks { pb_pause() } else { sched_yield() }
      looked += 1
    }
    job = nil
    inUse.store(false, ordering: .releasing)
  }

  private func help(_ number: Int) {
    var seen = 0
    while true {
      seen = nextGeneration(after: seen)
      if let job, number < lanes - 1 {
        for piece in stride(from: number, to: pieces, by: lanes) { job(piece) }
      }
      unfinished.subtract(1, ordering: .releasing)
    }
  }

  /// Waits for a job that this helper has not seen.
  private func nextGeneration(after seen: Int) -> Int {
    for _ in 0..<Self.looks {
      let now = generation.load(ordering: .acquiring)
      if now != seen { return now }
      pb_pause()
    }
    wake.lock()
    defer { wake.unlock() }
    sleepers.add(1, ordering: .sequentiallyConsistent)
    defer { sleepers.subtract(1, ordering: .relaxed) }
    while true {
      let now = generation.load(ordering: .sequentiallyConsistent)
      if now != seen { return now }
      wake.wait()
    }
  }
}
