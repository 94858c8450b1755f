import CKernels

/// The checksum of HDF5's filter `fletcher32`, over bytes that arrive in pieces.
package struct Fletcher32 {
  private var sums: (UInt64, UInt64) = (0, 0)

  package init() {}

  /// Adds the next bytes.
  /// - Parameters:
  ///   - count: an even number.
  ///   - out: where to copy them at the same time, if anywhere; must not overlap.
  package mutating func add(_ bytes: UnsafeRawPointer, count: Int, copyingTo out: UnsafeMutableRawPointer? = nil) {
    precondition(count % 2 == 0, "\(count) bytes are no whole words")
    let from = bytes.assumingMemoryBound(to: UInt8.self)
    withUnsafeMutableBytes(of: &sums) { sums in
      let sums = sums.assumingMemoryBound(to: UInt64.self).baseAddress
      if let out {
        pb_fletcher32_copy(sums, out.assumingMemoryBound(to: UInt8.self), from, Int64(count))
      } else {
        pb_fletcher32_add(sums, from, Int64(count))
      }
    }
  }

  /// Whether the number after a chunk, read as little-endian, is its checksum. Like HDF5, this also accepts checksums
  /// from versions before 1.6.3, which swap the two bytes of each half.
  package func agrees(with stored: UInt32) -> Bool {
    let (first, second) = (UInt16(sums.0), UInt16(sums.1))
    return stored == UInt32(second.byteSwapped) << 16 | UInt32(first.byteSwapped)
      || stored == UInt32(second) << 16 | UInt32(first)
  }
}
