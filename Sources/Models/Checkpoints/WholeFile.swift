import Foundation

/// Writes a file that appears under its name only when it is complete: it is written next to its destination, flushed
/// to the disk and renamed.
/// - Parameter body: writes the contents to a descriptor.
/// - Throws: `cannotWrite`; an existing file is then unchanged.
func writeWhole(to path: String, _ body: (_ descriptor: Int32) throws -> Void) throws(CheckpointError) {
  let partial = "\(path).\(UInt32.random(in: 0...UInt32.max)).partial"
  do {
    let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw SystemError(number: errno) }
    defer { close(descriptor) }
    try body(descriptor)
    guard fsync(descriptor) == 0 else { throw SystemError(number: errno) }
    guard rename(partial, path) == 0 else { throw SystemError(number: errno) }
  } catch {
    unlink(partial)
    throw .cannotWrite(file: path, reason: "\(error)")
  }
}

/// An error number of the operating system.
private struct SystemError: Error, CustomStringConvertible {
  let number: Int32

  /// The operating system's description.
  var description: String { String(cString: strerror(number)) }
}

func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws {
  var rest = bytes[...]
  while let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
    // Linux writes at most 2 GB at a time, macOS refuses more.
    let written = write(descriptor, start, min(rest.count, 1 << 30))
    if written >= 0 {
      rest = rest.dropFirst(written)
    } else if errno != EINTR {
      throw SystemError(number: errno)
    }
  }
}
