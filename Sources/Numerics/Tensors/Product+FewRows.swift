import CKernels

/// Products of a few rows with a matrix too large for a core's cache. Reading the matrix dominates, so the threads
/// share it by columns, and each of its numbers is read once for all rows.
extension Product {
  /// More rows than this are left to oneDNN.
  private static let mostRows = 4
  /// Matrices with at least this many numbers are worth leaving oneDNN for; smaller ones are in the cache, where
  /// nothing waits for memory.
  private static let leastNumbers = 1 << 15
  /// From this size a second thread saves more than it costs: reading 256 KiB takes some 15 microseconds.
  private static let leastNumbersForThreads = 1 << 16

  var isBoundByMemory: Bool { rows <= Self.mostRows && inputs * outputs >= Self.leastNumbers }

  /// Computes the product on the calling thread's product threads.
  func runAtRateOfMemory() {
    let sharing = inputs * outputs < Self.leastNumbersForThreads ? .alone : ProductThreads.sharing
    let parts = sharing.parts
    guard parts > 1 else { return runFewRows() }
    let share = ((outputs + parts - 1) / parts + 15) / 16 * 16
    ProductThreadPool.shared.run(pieces: parts, threads: sharing.threads) { piece in
      let range = min(piece * share, outputs)..<min((piece + 1) * share, outputs)
      if !range.isEmpty { columns(range).runFewRows() }
    }
  }

  private func runFewRows() {
    if !accumulate {
      for row in 0..<rows { (out + row * outStride).update(repeating: 0, count: outputs) }
    }
    let kernel = transposed ? pb_few_rows_by_outputs : pb_few_rows_by_inputs
    kernel(
      out, Int64(outStride), x, Int64(xStride), w, Int64(wStride), Int64(rows), Int64(inputs), Int64(outputs))
  }
}
