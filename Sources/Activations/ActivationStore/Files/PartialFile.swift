import CHDF5
import Foundation

/// The file that an output is written to until it is complete, under a lock that turns a second writer away.
///
/// The lock is flock(2) on the file itself, as in HDF5's own locking, so that other HDF5 programs are kept out too. It
/// is taken before HDF5 opens the file because HDF5 first empties a file and then asks for the lock.
struct PartialFile: ~Copyable {
  /// The path of the finished file.
  let target: String
  /// The file's path until then.
  private(set) var path: String
  private let descriptor: Int32

  /// The suffixes of unfinished files, after the target's name.
  enum Stage: String {
    /// Being written; useless if its writer is killed.
    case new = ".new"
    /// Unfinished; for some outputs, readable at any moment and ready to be resumed.
    case partial = ".partial"
    /// A partial file while it is being laid out.
    case newPartial = ".partial.new"
    /// A partial file set aside to make room for another run.
    case aside = ".partial.old"

    func path(for target: String) -> String { target + rawValue }
  }

  /// Creates the file, or takes over one left by a run that has ended.
  /// - Throws: `StoreError.cannotCreateOutput`, `.busy`.
  init(for target: String, _ stage: Stage = .partial) throws(StoreError) {
    self.target = target
    path = stage.path(for: target)
    if case .folder = fileStatus(target) { throw .cannotCreateOutput(path: target, reason: .isFolder) }
    descriptor = try PartialFile.lockedDescriptor(path, target: target, flags: O_RDWR | O_CREAT)
  }

  /// Takes over the file left by an earlier run.
  /// - Throws: `StoreError.inputNotFound`, `.busy`.
  init(reopening target: String) throws(StoreError) {
    self.target = target
    path = Stage.partial.path(for: target)
    guard case .file = fileStatus(path) else { throw .inputNotFound(path: path) }
    descriptor = try PartialFile.lockedDescriptor(path, target: target, flags: O_RDWR)
  }

  private static func lockedDescriptor(_ path: String, target: String, flags: Int32) throws(StoreError) -> Int32 {
    // Between opening and locking, the holder may finish and rename its file; then the locked file is no longer the one
    // at the path.
    for _ in 0..<100 {
      let descriptor = open(path, flags | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw outputError(target, errno) }
      if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
        close(descriptor)
        throw .busy(path: target, toWrite: true)
      }
      // Any other failure means a file system without locks. The run continues without one, like HDF5's BEST_EFFORT.
      var (ours, there) = (stat(), stat())
      let known = fstat(descriptor, &ours) == 0 && stat(path, &there) == 0
      if known, ours.st_ino == there.st_ino, ours.st_dev == there.st_dev { return descriptor }
      close(descriptor)
    }
    throw .busy(path: target, toWrite: true)
  }

  /// Releases the lock if HDF5 will take it regardless: because of an environment variable, or in a version before
  /// 1.10.7.
  borrowing func makeWayForLibrary() {
    let setting = ProcessInfo.processInfo.environment["HDF5_USE_FILE_LOCKING"].map { $0.uppercased() }
    if pb_can_set_file_locking() == 0 || ["TRUE", "1", "BEST_EFFORT"].contains(setting) { flock(descriptor, LOCK_UN) }
  }

  /// Moves the file, written and closed, to the target in one step.
  /// - Throws: `StoreError.writeFailed`.
  mutating func moveToTarget() throws(StoreError) { try move(to: target) }

  /// Renames the file, written and closed, to a later stage, replacing any file of that name. The lock goes with it.
  /// - Throws: `StoreError.writeFailed`.
  mutating func move(to stage: Stage) throws(StoreError) { try move(to: stage.path(for: target)) }

  private mutating func move(to newPath: String) throws(StoreError) {
    guard fsync(descriptor) == 0, rename(path, newPath) == 0 else {
      throw .writeFailed(path: target, object: path, detail: String(cString: strerror(errno)))
    }
    path = newPath
  }

  /// Removes the file. It is not an error if it is already gone.
  borrowing func remove() { unlink(path) }

  deinit { close(descriptor) }
}

/// Why `open` of an output failed.
private func outputError(_ target: String, _ code: Int32) -> StoreError {
  let folder = (target as NSString).deletingLastPathComponent
  let shown = folder.isEmpty ? "." : folder
  switch (code, fileStatus(shown)) {
  case (_, .nothing): return .cannotCreateOutput(path: target, reason: .noFolder(shown))
  case (_, .file), (_, .other): return .cannotCreateOutput(path: target, reason: .folderIsFile(shown))
  default: return .cannotCreateOutput(path: target, reason: .system(String(cString: strerror(code))))
  }
}

/// What is at a path.
enum FileStatus { case nothing, file, folder, other }

/// What is at a path, following symbolic links.
func fileStatus(_ path: String) -> FileStatus {
  var status = stat()
  guard stat(path, &status) == 0 else { return errno == ENOTDIR ? .other : .nothing }
  switch status.st_mode & S_IFMT {
  case S_IFREG: return .file
  case S_IFDIR: return .folder
  default: return .other
  }
}
