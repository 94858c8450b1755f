import CKernels

/// The checksum of HDF5's filter `fletcher32` over bytes that come in pieces.
package struct Fletcher32 {
  private var sums: (UInt64, UInt64) = (0, 0)

  package init() {}

  /// Takes in the next bytes.
  /// - Parameters:
  ///   - count: an even number.
  ///   - out: where to copy them on the way, if anywhere; not over them.
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

  /// Whether the number behind a chunk, read as little-endian, is the checksum. As HDF5 does, takes also that of its versions before 1.6.3, which
  /// has the two bytes of each half the other way round.
  package func agrees(with stored: UInt32) -> Bool {
    let (first, second) = (UInt16(sums.0), UInt16(sums.1))
    return stored == UInt32(second.byteSwapped) << 16 | UInt32(first.byteSwapped)
      || stored == UInt32(second) << 16 | UInt32(first)
  }
}
