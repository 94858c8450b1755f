import Foundation

/// Memory that tensors and matrices view: allocated here, or owned by something else (a mapped file).
///
/// `@unchecked Sendable`: the memory is written only through a `Tensor` that holds the sole reference, or while it is
/// being filled before anything else has seen it.
public final class Storage: @unchecked Sendable {
  /// The first number; aligned to 64 bytes when allocated here, to 4 otherwise.
  public let base: UnsafeMutablePointer<Float>
  /// The number of floats.
  public let count: Int
  /// Read-only memory is copied before it is written.
  let isMutable: Bool
  private let owner: AnyObject?

  /// Uninitialised memory.
  init(uninitialized count: Int) {
    base = StoragePool.shared.allocate(count * MemoryLayout<Float>.stride).bindMemory(to: Float.self, capacity: count)
    self.count = count
    isMutable = true
    owner = nil
  }

  /// Memory that `owner` keeps alive and nobody writes to, such as a mapped file.
  /// - Precondition: `base` is aligned to 4 bytes.
  public init(borrowing base: UnsafePointer<Float>, count: Int, owner: AnyObject) {
    precondition(Int(bitPattern: base) % MemoryLayout<Float>.alignment == 0, "floats must be aligned to 4 bytes")
    self.base = UnsafeMutablePointer(mutating: base)
    self.count = count
    isMutable = false
    self.owner = owner
  }

  deinit {
    if isMutable { StoragePool.shared.release(UnsafeMutableRawPointer(base), count * MemoryLayout<Float>.stride) }
  }
}
