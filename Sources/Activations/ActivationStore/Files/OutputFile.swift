import CHDF5
import LabelledArrays

/// An HDF5 file being written, partial until finished, with its open groups. Shared by the writers of results and
/// caches.
///
/// Used by one writer only, under that writer's lock.
final class OutputFile {
  let target: String
  private var partial: PartialFile?
  private var file: HDF5FileHandle?
  private var groups: [String: LabelledGroup] = [:]

  /// Starts an empty file with `format`, `format_version`, `complete` = 0 and the given attributes.
  /// - Throws: `StoreError.cannotCreateOutput`, `.busy`, `.writeFailed`.
  init(
    creating target: String, format: FileFormat, attributes: [String: Attribute], stage: PartialFile.Stage = .partial
  ) throws {
    self.target = target
    let partial = try PartialFile(for: target, stage)
    partial.makeWayForLibrary()
    let path = partial.path
    self.partial = consume partial
    do {
      try writing(target, "/") {
        let file = try HDF5FileHandle.create(path)
        try setAttribute(Schema.Root.format, .text(format.rawValue), on: file.id)
        try setAttribute(Schema.Root.formatVersion, .integer(FileFormat.version), on: file.id)
        try setAttribute(Schema.Root.complete, .integer(0), on: file.id)
        for (name, value) in attributes.sorted(by: { $0.key < $1.key }) { try setAttribute(name, value, on: file.id) }
        self.file = consume file
      }
    } catch {
      discard()
      throw error
    }
  }

  /// Reopens `TARGET.partial`, left unfinished by an earlier run, to continue writing it.
  ///
  /// HDF5 writes with its own driver, which lacks the checks of our reading driver. So the whole file is checked with
  /// the reading driver first.
  /// - Parameter survey: further checks of the file, made before it is opened for writing.
  /// - Throws: `StoreError.inputNotFound`, `.busy`, what `StoreReader` throws for a file that is damaged or of another
  ///   kind, and what `survey` throws.
  init(reopening target: String, format: FileFormat, survey: (StoreReader) throws -> Void = { _ in }) throws {
    self.target = target
    let partial = try PartialFile(reopening: target)
    partial.makeWayForLibrary()
    let path = partial.path
    try Self.goThrough(path, format, survey)
    file = try reading(path, "/") {
      let file = try HDF5FileHandle.openToWrite(path)
      try checkFormat(file.id, path, expected: [format])
      return file
    }
    self.partial = consume partial
  }

  /// A function of its own, so that the file is closed when it returns.
  private static func goThrough(_ path: String, _ format: FileFormat, _ survey: (StoreReader) throws -> Void) throws {
    let reader = try StoreReader(held: path, expecting: [format])
    try reader.checkStructure()
    try survey(reader)
  }

  /// The identifier of the open file, in which groups can be created.
  /// - Throws: `StoreError.alreadyClosed`.
  func location() throws -> hid_t {
    switch file {
    case .some(let open): return open.id
    case .none: throw StoreError.alreadyClosed(path: target)
    }
  }

  /// Creates a group at a path from the root.
  @discardableResult
  func addGroup(_ path: String) throws -> LabelledGroup {
    guard groups[path] == nil else { throw StoreError.badName(path: target, name: path, problem: .taken) }
    let group = try LabelledGroup(creating: path, in: location(), file: target)
    groups[path] = group
    return group
  }

  /// A group created or opened before; after reopening, any group of the file.
  /// - Throws: `StoreError.missing`.
  func group(_ path: String) throws -> LabelledGroup {
    if let group = groups[path] { return group }
    let location = try location()
    guard pathExists(path, in: location) else {
      throw StoreError.missing(path: target, what: .group, name: path, candidates: groups.keys.sorted())
    }
    let group = try LabelledGroup(reopening: path, in: location, file: target)
    groups[path] = group
    return group
  }

  func setRootAttributes(_ attributes: [String: Attribute]) throws {
    let root = try location()
    try writing(target, "/") {
      for (name, value) in attributes.sorted(by: { $0.key < $1.key }) { try setAttribute(name, value, on: root) }
    }
  }

  /// Hands everything written so far to the operating system, so that it survives if the run is killed.
  func flush() throws {
    _ = try location()
    try writing(target, "/") { try file?.flush() }
  }

  /// The file descriptor that HDF5 writes to, for tests of failing devices.
  func descriptor() throws -> Int32 {
    switch file {
    case .some(let open): return try writing(target, "/") { try open.descriptor() }
    case .none: throw StoreError.alreadyClosed(path: target)
    }
  }

  /// Closes the file, renames it to a later stage and opens it again. What was laid out under the old name appears
  /// under the new one whole, at once.
  /// - Throws: `StoreError.writeFailed`, `.alreadyClosed`; the file is gone then.
  func settle(as stage: PartialFile.Stage) throws {
    do {
      try close()
      try partial?.move(to: stage)
      let path = stage.path(for: target)
      file = try writing(target, "/") { try HDF5FileHandle.openToWrite(path) }
    } catch {
      discard()
      throw error
    }
  }

  /// Marks the file complete, closes it and moves it to the target. If any of this fails, nothing is left behind.
  func finish() throws {
    _ = try location()
    do {
      try setRootAttributes([Schema.Root.complete: .integer(1)])
      try close()
      try partial?.moveToTarget()
      partial = nil
    } catch {
      discard()
      throw error
    }
  }

  /// Closes the file and leaves it, incomplete, to be reopened. Anything that can no longer be written is lost; what
  /// was flushed is kept.
  func keep() {
    for group in groups.values { group.abandon() }
    groups = [:]
    file = nil
    partial = nil
  }

  /// Closes and removes the unfinished file; does nothing after `finish`, `keep` or `discard`.
  func discard() {
    for group in groups.values { group.abandon() }
    groups = [:]
    file = nil
    partial?.remove()
    partial = nil
  }

  private func close() throws {
    for group in groups.values { try group.close() }
    groups = [:]
    try writing(target, "/") {
      try file?.flush()
      if let open = file.take() { try open.close() }
    }
    Library.collectGarbage()
  }

  deinit { discard() }
}

/// Whether each part of a path from the root is an existing link.
func pathExists(_ path: String, in location: hid_t) -> Bool {
  var prefix = ""
  for part in path.split(separator: "/") {
    prefix += "/\(part)"
    let found = Library.locked { H5Lexists(location, prefix, pb_default_properties()) > 0 }
    if !found { return false }
  }
  return true
}
