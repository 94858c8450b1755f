import Foundation
import Tensors

/// Memory that a `Storage` borrows because it was converted rather than mapped.
final class OwnedFloats {
  let memory: UnsafeMutableBufferPointer<Float>

  /// The size of the system's large pages, which save large tensors thousands of page faults.
  private static let largePage = 2 << 20

  private init(count: Int) {
    var byteCount = max(64, count * MemoryLayout<Float>.stride)
    let isLarge = byteCount >= Self.largePage * 3 / 2
    if isLarge { byteCount = aligned(byteCount, to: Self.largePage) }
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: byteCount, alignment: isLarge ? Self.largePage : 64)
    #if os(Linux)
      // If the system refuses, pages are small.
      if isLarge { _ = madvise(bytes.baseAddress, byteCount, MADV_HUGEPAGE) }
    #endif
    memory = bytes.bindMemory(to: Float.self)
  }

  deinit { memory.deallocate() }

  /// - Parameter fill: must set all `count` numbers.
  static func storage(count: Int, filledBy fill: (UnsafeMutableBufferPointer<Float>) -> Void) -> Storage {
    let owner = OwnedFloats(count: count)
    guard let base = owner.memory.baseAddress else { preconditionFailure("at least 64 bytes are allocated") }
    fill(UnsafeMutableBufferPointer(start: base, count: count))
    return Storage(borrowing: base, count: count, owner: owner)
  }
}
