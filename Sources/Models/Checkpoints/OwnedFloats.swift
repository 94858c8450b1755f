import Tensors

/// Memory that a `Storage` borrows because it was converted rather than mapped.
final class OwnedFloats {
  let memory: UnsafeMutableBufferPointer<Float>

  private init(count: Int) {
    memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(64, count * MemoryLayout<Float>.stride), alignment: 64
    )
    .bindMemory(to: Float.self)
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
