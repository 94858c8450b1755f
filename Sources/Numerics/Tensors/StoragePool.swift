import CKernels
import Foundation

/// Keeps large blocks of memory for reuse: a run allocates activations of a few sizes over and over, and fresh pages
/// cost as much as the elementwise work done on them.
///
/// `@unchecked Sendable`: the lock guards everything in it.
final class StoragePool: @unchecked Sendable {
  static let shared = StoragePool()

  /// Smaller blocks are left to the allocator.
  private static let smallest = 1 << 16
  /// The most bytes to keep, unless `keeping` says otherwise.
  private static let usualLimit = 128 << 20

  private init() {
    // oneDNN allocates and frees buffers of some megabytes for every product; by default each would be fresh pages from
    // the system.
    pb_keep_memory()
  }

  private let lock = NSLock()
  private var free: [Int: [UnsafeMutableRawPointer]] = [:]
  private var kept = 0
  private var limit = usualLimit

  /// Uninitialised memory of at least `bytes`, aligned to 64 bytes.
  func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
    let size = Self.size(bytes)
    if size >= Self.smallest {
      let reused: UnsafeMutableRawPointer? = lock.withLock {
        guard let piece = free[size]?.popLast() else { return nil }
        kept -= size
        return piece
      }
      if let reused { return reused }
    }
    return UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
  }

  /// Takes back a block from `allocate(bytes)`.
  func release(_ piece: UnsafeMutableRawPointer, _ bytes: Int) {
    let size = Self.size(bytes)
    let isKept = lock.withLock { () -> Bool in
      guard size >= Self.smallest, kept + size <= limit else { return false }
      free[size, default: []].append(piece)
      kept += size
      return true
    }
    if !isKept { piece.deallocate() }
  }

  /// Keeps more memory than usual while `body` runs, for work that needs the same large blocks over and over.
  func keeping<R>(_ bytes: Int, _ body: () throws -> R) rethrows -> R {
    let before = lock.withLock { () -> Int in
      defer { limit = max(limit, bytes) }
      return limit
    }
    defer { trim(to: before) }
    return try body()
  }

  private func trim(to limit: Int) {
    lock.withLock { self.limit = limit }
    release(downTo: limit)
  }

  /// Frees what is kept beyond this many bytes.
  fileprivate func release(downTo limit: Int) {
    let pieces = lock.withLock { () -> [UnsafeMutableRawPointer] in
      var pieces: [UnsafeMutableRawPointer] = []
      for (size, own) in free where kept > limit {
        pieces += own
        kept -= size * own.count
        free[size] = nil
      }
      return pieces
    }
    for piece in pieces { piece.deallocate() }
  }

  /// A size shared by similar requests: rounded up to an eighth of the power of two below.
  private static func size(_ bytes: Int) -> Int {
    guard bytes > smallest else { return max(64, bytes) }
    let step = 1 << (Int.bitWidth - bytes.leadingZeroBitCount - 4)
    return (bytes + step - 1) / step * step
  }
}

extension Tensor {
  /// Runs `body` while keeping the memory that tensors release for the next ones, up to this many bytes instead of the
  /// usual 128 MiB. Fresh pages cost as much as the elementwise work done on them.
  package static func keepingMemory<R>(_ bytes: Int, _ body: () throws -> R) rethrows -> R {
    try StoragePool.shared.keeping(bytes, body)
  }

  /// Returns the memory kept for further tensors to the system, for when work with tensors is over and other work needs
  /// memory.
  package static func releaseMemory() {
    StoragePool.shared.release(downTo: 0)
    pb_release_memory()
  }
}
