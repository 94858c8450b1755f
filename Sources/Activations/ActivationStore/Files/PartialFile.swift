import CHDF5
import Foundation

/// The file that an output is written to until it is whole, held under a lock that a second writer is refused by.
///
/// The lock is flock(2) on the file itself: what HDF5's own locking uses, so that other HDF5 programs are kept out too. It is taken before
/// HDF5 opens the file because HDF5 empties a file first and asks for the lock afterwards.
struct PartialFile: ~Copyable {
  /// Where the finished file will stand.
  let target: String
  /// Where it stands until then.
  private(set) var path: String
  private let descriptor: Int32

  /// How the names of files that are not whole go on after that of the target.
  enum Stage: String {
    /// Being written: of no use to anybody when its writer is killed.
    case new = ".new"
    /// Not whole; of some outputs, readable at any moment and fit to be gone on with.
    case partial = ".partial"
    /// A partial file while it is laid out.
    case newPartial = ".partial.new"
    /// A partial file that was set aside for another run.
    case aside = ".partial.old"

    func path(for target: String) -> String { target + rawValue }
  }

  /// Makes the file, or takes over one that a run which is no more has left.
  /// - Throws: `StoreError.cannotCreateOutput`, `.busy`.
  init(for target: String, _ stage: Stage = .partial) throws(StoreError) {
    self.target = target
    path = stage.path(for: target)
    if case .folder = fileStatus(target) { throw .cannotCreateOutput(path: target, reason: .isFolder) }
    descriptor = try PartialFile.lockedDescriptor(path, target: target, flags: O_RDWR | O_CREAT)
  }

  /// Takes over the file that an earlier run has left.
  /// - Throws: `StoreError.inputNotFound`, `.busy`.
  init(reopening target: String) throws(StoreError) {
    self.target = target
    path = Stage.partial.path(for: target)
    guard case .file = fileStatus(path) else { throw .inputNotFound(path: path) }
    descriptor = try PartialFile.lockedDescriptor(path, target: target, flags: O_RDWR)
  }

  private static func lockedDescriptor(_ path: String, target: String, flags: Int32) throws(StoreError) -> Int32 {
    // Between opening and locking, the holder may finish and rename its file; then what was locked is not at the path any more.
    for _ in 0..<100 {
      let descriptor = open(path, flags | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw outputError(target, errno) }
      if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
        close(descriptor)
        throw .busy(path: target, toWrite: true)
      }
      // Any other failure: a file system without locks. The run goes on without, as HDF5's BEST_EFFORT does.
      var (ours, there) = (stat(), stat())
      let known = fstat(descriptor, &ours) == 0 && stat(path, &there) == 0
      if known, ours.st_ino == there.st_ino, ours.st_dev == there.st_dev { return descriptor }
      close(descriptor)
    }
    throw .busy(path: target, toWrite: true)
  }

  /// Lets go of the lock where HDF5 will take it itself whatever it is told: a setting of the environment, or a version before 1.10.7.
  borrowing func makeWayForLibrary() {
    let setting = ProcessInfo.processInfo.environment["HDF5_USE_FILE_LOCKING"].map { $0.uppercased() }
    if pb_can_set_file_locking() == 0 || ["TRUE", "1", "BEST_EFFORT"].contains(setting) { flock(descriptor, LOCK_UN) }
  }

  /// Puts the file, written and closed, in the target's place in one step.
  /// - Throws: `StoreError.writeFailed`.
  mutating func moveToTarget() throws(StoreError) { try move(to: target) }

  /// Gives the file, written and closed, the name of a later stage; what has that name is replaced. The lock goes with it.
  /// - Throws: `StoreError.writeFailed`.
  mutating func move(to stage: Stage) throws(StoreError) { try move(to: stage.path(for: target)) }

  private mutating func move(to newPath: String) throws(StoreError) {
    guard fsync(descriptor) == 0, rename(path, newPath) == 0 else {
      throw .writeFailed(path: target, object: path, detail: String(cString: strerror(errno)))
    }
    path = newPath
  }

  /// Removes the file. That it is gone already is no failure.
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

/// What stands at a path.
enum FileStatus { case nothing, file, folder, other }

/// What stands at a path, symbolic links followed.
func fileStatus(_ path: String) -> FileStatus {
  var status = stat()
  guard stat(path, &status) == 0 else { return errno == ENOTDIR ? .other : .nothing }
  switch status.st_mode & S_IFMT {
  case S_IFREG: return .file
  case S_IFDIR: return .folder
  default: return .other
  }
}
