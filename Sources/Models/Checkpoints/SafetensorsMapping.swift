import Foundation

/// A file's bytes as memory, until the last reference is released. Pages are read when they are accessed and stay in
/// the system's cache.
///
/// If another process truncates the file while it is mapped, this process ends (SIGBUS), as with every memory-mapped
/// reader; files written by `SafetensorsWriter` are renamed into place and never change.
///
/// `@unchecked Sendable`: the memory is mapped read-only, and nothing writes to it.
final class MappedFile: @unchecked Sendable {
  let path: String
  private let bytes: UnsafeRawBufferPointer

  init(path: String) throws(CheckpointError) {
    self.path = path
    // Without O_NONBLOCK, opening a named pipe would wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw MappedFile.error(errno, path: path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw MappedFile.error(errno, path: path) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path) }
    let size = Int(status.st_size)
    guard size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let mapped = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let mapped, mapped != MAP_FAILED else { throw MappedFile.error(errno, path: path) }
    bytes = UnsafeRawBufferPointer(start: mapped, count: size)
  }

  /// Calls `body` with the whole file. The memory is released with this object: whatever outlives `body` must keep a
  /// reference to it.
  func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    defer { withExtendedLifetime(self) {} }
    return try body(bytes)
  }

  deinit {
    if let base = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: base), bytes.count) }
  }

  private static func error(_ number: Int32, path: String) -> CheckpointError {
    if number == ENOENT || number == ENOTDIR { return .fileNotFound(path) }
    return .unreadable(file: path, reason: String(cString: strerror(number)))
  }
}
