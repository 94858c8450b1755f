import Foundation

/// The bytes of an open file by address, read without HDF5 and its lock.
struct FileBytes: Sendable {
  /// Stays open as long as the owner of this value keeps the file open.
  let descriptor: Int32
  let count: Int

  /// Fills `room` with the bytes from `address` on; false if the file ends first or cannot be read.
  func read(_ address: Int, into room: UnsafeMutableRawBufferPointer) -> Bool {
    guard address >= 0, address <= count, room.count <= count - address else { return false }
    var done = 0
    while done < room.count {
      let got = pread(descriptor, room.baseAddress! + done, room.count - done, off_t(address + done))
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else { return false }
      done += got
    }
    return true
  }

  /// Tells the system that these bytes will be read.
  func prefetch(_ address: Int, count: Int) {
    #if os(Linux)
      _ = posix_fadvise(descriptor, off_t(address), off_t(count), Int32(POSIX_FADV_WILLNEED))
    #endif
  }

  /// Bytes to parse; nil if the file ends first or cannot be read.
  func fields(_ address: Int, count size: Int) -> Fields? {
    guard size >= 0, address >= 0, address <= count, size <= count - address else { return nil }
    var bytes = [UInt8](repeating: 0, count: size)
    let isRead = bytes.withUnsafeMutableBytes { read(address, into: $0) }
    return isRead ? Fields(bytes) : nil
  }

  /// Bytes parsed from front to back.
  struct Fields {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The number of bytes left.
    var rest: Int { bytes.count - at }

    /// A little-endian number; nil if too few bytes are left or it exceeds `Int.max`, as an undefined address does.
    mutating func integer<Number: FixedWidthInteger & UnsignedInteger>(_ type: Number.Type) -> Int? {
      guard MemoryLayout<Number>.size <= rest else { return nil }
      return Int(exactly: next(type))
    }

    /// A little-endian number.
    /// - Precondition: that many bytes are left.
    mutating func next<Number: FixedWidthInteger & UnsignedInteger>(_ type: Number.Type) -> Number {
      let value = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: at, as: Number.self) }
      at += MemoryLayout<Number>.size
      return Number(littleEndian: value)
    }

    /// Skips bytes; false if fewer are left.
    mutating func skip(_ size: Int) -> Bool {
      guard size >= 0, size <= rest else { return false }
      at += size
      return true
    }

    /// Skips a signature; false if there is a different one.
    mutating func skip(_ signature: StaticString) -> Bool {
      guard signature.utf8CodeUnitCount <= rest else { return false }
      for index in 0..<signature.utf8CodeUnitCount where bytes[at + index] != signature.utf8Start[index] {
        return false
      }
      at += signature.utf8CodeUnitCount
      return true
    }
  }
}
