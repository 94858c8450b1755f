import CHDF5
import Foundation

/// Rejects a path without an HDF5 file before HDF5 sees it.
/// - Throws: `StoreError.inputNotFound`, `.notAFile`, `.unreadable`, `.notHDF5`.
func checkHDF5(_ path: String) throws {
  switch fileStatus(path) {
  case .nothing: throw StoreError.inputNotFound(path: path)
  case .folder, .other: throw StoreError.notAFile(path: path)
  case .file: break
  }
  guard access(path, R_OK) == 0 else {
    throw StoreError.unreadable(path: path, reason: String(cString: strerror(errno)))
  }
  guard try isHDF5Signed(path) else { throw StoreError.notHDF5(path: path) }
}

/// Whether the eight-byte signature of HDF5 is at one of the offsets where it may be: 0, 512, 1024, 2048 and so on.
private func isHDF5Signed(_ path: String) throws -> Bool {
  let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw StoreError.unreadable(path: path, reason: String(cString: strerror(errno))) }
  defer { close(descriptor) }
  var offset = 0
  while true {
    var bytes = [UInt8](repeating: 0, count: signature.count)
    let count = pread(descriptor, &bytes, bytes.count, off_t(offset))
    guard count == bytes.count else { return false }
    if bytes == signature { return true }
    offset = offset == 0 ? 512 : 2 * offset
  }
}

/// A shared lock on a file being read, which keeps writers out. It uses flock(2), as HDF5 does.
struct SharedLock: ~Copyable {
  private let descriptor: Int32

  /// - Throws: `StoreError.unreadable`, `.busy`.
  init(_ path: String) throws(StoreError) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
    // Any other failure means a file system without locks.
    if flock(descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK { throw .busy(path: path, toWrite: false) }
  }

  deinit { close(descriptor) }
}

/// Opens a finished or unfinished file for reading, after `checkHDF5`; the caller holds a `SharedLock` on it.
/// - Throws: `StoreError.truncated`, `.damaged`.
func openToRead(_ path: String) throws -> HDF5FileHandle {
  do {
    return try HDF5FileHandle.openToRead(path)
  } catch let failure {
    if failure.detail.contains("truncated file") {
      let detail = failure.detail.replacingOccurrences(of: "truncated file: ", with: "")
      throw StoreError.truncated(path: path, detail: detail)
    }
    throw StoreError.damaged(path: path, object: "/", detail: failure.detail)
  }
}

/// Rejects a file of another format or a newer version.
/// - Throws: `StoreError.otherFormat`, `.newerFormat`, `.missing`.
@discardableResult
func checkFormat(_ file: hid_t, _ path: String, expected: [FileFormat]) throws -> FileFormat {
  let found = try reading(path, Schema.Root.format) { try attribute(Schema.Root.format, of: file) }
  let names = expected.map(\.rawValue)
  guard case .text(let name)? = found else { throw StoreError.otherFormat(path: path, found: nil, expected: names) }
  guard let format = FileFormat(rawValue: name), expected.contains(format) else {
    throw StoreError.otherFormat(path: path, found: name, expected: names)
  }
  guard
    case .integer(let version)? = try reading(
      path, Schema.Root.formatVersion, { try attribute(Schema.Root.formatVersion, of: file) })
  else {
    throw StoreError.missing(path: path, what: .attribute, name: Schema.Root.formatVersion, candidates: [])
  }
  guard version <= FileFormat.version else {
    throw StoreError.newerFormat(path: path, format: name, version: version, newestKnown: FileFormat.version)
  }
  return format
}
