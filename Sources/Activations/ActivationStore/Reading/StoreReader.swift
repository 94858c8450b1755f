import CHDF5
import Diagnostics
import Foundation
import LabelledArrays
import Tensors

/// Reads a results or cache file: its attributes, its contents, and whole datasets. `ResultsReader` and `CacheReader`
/// know more about their formats.
///
/// The file stays open, under a shared lock, as long as the reader lives; that is why it is a class. `@unchecked
/// Sendable`: it does not change after `init`, every call into HDF5 takes the library's lock, and `chunkTables` has its
/// own.
public final class StoreReader: @unchecked Sendable {
  public let path: String
  /// nil for a file made by another program.
  public let format: FileFormat?
  /// Whether the run that wrote the file finished.
  public let isComplete: Bool
  /// nil if the caller holds a lock.
  private let lock: SharedLock?
  private let file: HDF5FileHandle
  /// The file's bytes, read without HDF5.
  let bytes: FileBytes
  let chunkTables = ChunkTables()
  private var fileBytes: Int { bytes.count }

  /// Opens a file of one of the expected formats.
  /// - Throws: `StoreError.inputNotFound`, `.notAFile`, `.unreadable`, `.notHDF5`, `.truncated`, `.busy`,
  ///   `.otherFormat`, `.newerFormat`, `.missing`, `.damaged`.
  public convenience init(_ path: String, expecting formats: [FileFormat] = FileFormat.allCases) throws {
    try checkHDF5(path)
    try self.init(path, expecting: formats, under: try SharedLock(path))
  }

  /// Opens a file on which the caller holds the lock.
  /// - Throws: as above, less `.busy`.
  convenience init(held path: String, expecting formats: [FileFormat]) throws {
    try checkHDF5(path)
    try self.init(path, expecting: formats, under: nil)
  }

  private init(_ path: String, expecting formats: [FileFormat], under lock: consuming SharedLock?) throws {
    self.path = path
    self.lock = lock
    let opened = try openToRead(path)
    let root = opened.id
    format = try checkFormat(root, path, expected: formats)
    isComplete =
      try reading(path, Schema.Root.complete) { try attribute(Schema.Root.complete, of: root) } == .integer(1)
    bytes = try reading(path, "/") { FileBytes(descriptor: try opened.descriptor(), count: try opened.size()) }
    file = opened
  }

  /// Opens any HDF5 file, such as reference values made by another program.
  /// - Throws: as above, except errors of format.
  package init(foreign path: String) throws {
    self.path = path
    try checkHDF5(path)
    lock = try SharedLock(path)
    let opened = try openToRead(path)
    format = nil
    isComplete = true
    bytes = try reading(path, "/") { FileBytes(descriptor: try opened.descriptor(), count: try opened.size()) }
    file = opened
  }

  /// The attributes of a group or dataset, by a path from the root. Attributes that HDF5 uses for dimension scales, and
  /// those of types that this project does not write, are left out.
  /// - Throws: `StoreError.missing`, `.damaged`.
  public func attributes(of object: String = "/") throws -> [String: Attribute] {
    let root = file.id
    try checkPresence(of: object, as: .group)
    return try reading(path, object) {
      let handle = try ObjectHandle("H5Oopen") { H5Oopen(root, object, pb_default_properties()) }
      let id = handle.id
      let hidden: Set = ["CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST"]
      var attributes: [String: Attribute] = [:]
      for name in try attributeNames(of: id) where !hidden.contains(name) {
        attributes[name] = try attribute(name, of: id)
      }
      return attributes
    }
  }

  /// Whether there is a group or dataset at a path from the root.
  public func contains(_ object: String) -> Bool { pathExists(object, in: file.id) }

  /// The contents of a group.
  /// - Throws: `StoreError.missing`, `.damaged`.
  public func listing(of group: String = "/") throws -> GroupListing {
    let root = file.id
    try checkPresence(of: group, as: .group)
    return try reading(path, group) {
      let handle = try GroupHandle.open(group, in: root)
      var (groups, datasets): ([String], [String]) = ([], [])
      for name in try handle.names() {
        switch try handle.objectClass(name) {
        case .group: groups.append(name)
        case .dataset: datasets.append(name)
        case .other: break
        }
      }
      return GroupListing(groups: groups, datasets: datasets)
    }
  }

  /// The paths of all datasets at or below a group, depth first, in alphabetical order.
  /// - Throws: `StoreError.missing`; `.damaged` also for a group that appears twice, since a group inside itself has no
  ///   end.
  public func allDatasets(below group: String = "/") throws -> [String] {
    var seen: Set<Int> = []
    return try allDatasets(below: group, &seen)
  }

  private func allDatasets(below group: String, _ seen: inout Set<Int>) throws -> [String] {
    let root = file.id
    let address = try reading(path, group) { try GroupHandle.open(group, in: root).address() }
    guard seen.insert(address).inserted else {
      throw StoreError.damaged(path: path, object: group, detail: "the group is in two places")
    }
    let listing = try listing(of: group)
    let prefix = group == "/" ? "" : group
    var datasets = listing.datasets.map { "\(prefix)/\($0)" }
    for name in listing.groups { datasets += try allDatasets(below: "\(prefix)/\(name)", &seen) }
    return datasets
  }

  /// Shape, type, axes and storage of a dataset.
  /// - Throws: `StoreError.missing`, `.damaged`.
  public func describe(_ dataset: String) throws -> DatasetDescription {
    try withDataset(dataset) { handle in
      let shape = try handle.space().shape()
      let isScale = try handle.isScale()
      var dimensions: [String?] = []
      for axis in shape.indices { dimensions.append(try isScale ? handle.scaleName() : handle.axisName(axis)) }
      return DatasetDescription(
        path: dataset, shape: shape, type: try handle.type().element(), dimensions: dimensions, isScale: isScale,
        chunk: try handle.chunk(), filters: try handle.filters(), storedBytes: handle.storedBytes())
    }
  }

  /// Part of what `describe` says, which goes through all chunks to count their bytes.
  func shape(of dataset: String) throws -> [Int] { try withDataset(dataset) { try $0.space().shape() } }

  /// As `shape(of:)`.
  func isScale(_ dataset: String) throws -> Bool { try withDataset(dataset) { try $0.isScale() } }

  /// The labels of a named axis of a dataset, from the scale that is attached.
  /// - Throws: `StoreError.missing`, `.wrongType`, `.damaged`.
  public func labels(of axis: String, of dataset: String) throws -> AxisLabels {
    let names = try describe(dataset).dimensions.compactMap(\.self)
    guard names.contains(axis) else {
      throw StoreError.missing(path: path, what: .axis, name: axis, candidates: names)
    }
    return try labels(at: dataset.split(separator: "/").dropLast().map { "/\($0)" }.joined() + "/\(axis)")
  }

  /// The labels that a scale holds.
  public func labels(at scale: String) throws -> AxisLabels {
    let type = try describe(scale).type
    switch type {
    case .int8, .int32, .int64: return .integers(try integers(at: scale))
    case .float16, .float32, .float64: return .numbers(try numbers(at: scale))
    case .text: return .texts(try texts(at: scale))
    case .other: throw wrongType(scale, type, "integers, numbers or text")
    }
  }

  /// The error for a group or dataset that does not exist, with the nearest name that does.
  func checkPresence(of object: String, as what: StoreError.Missing) throws {
    guard object != "/", !contains(object) else { return }
    let parts = object.split(separator: "/")
    var known = ""
    for (index, part) in parts.enumerated() {
      let next = "\(known)/\(part)"
      if !contains(next) {
        let listing = try listing(of: known.isEmpty ? "/" : known)
        let names = (listing.groups + listing.datasets).map { "\(known)/\($0)" }
        let kind = index == parts.count - 1 ? what : .group
        throw StoreError.missing(path: path, what: kind, name: next, candidates: names)
      }
      known = next
    }
  }

  func wrongType(_ dataset: String, _ found: ElementType, _ expected: String) -> StoreError {
    .wrongType(path: path, dataset: dataset, found: found, expected: expected)
  }

  func withDataset<R>(_ dataset: String, _ body: (borrowing DatasetHandle) throws -> R) throws -> R {
    let root = file.id
    try checkPresence(of: dataset, as: .dataset)
    return try reading(path, dataset) {
      let handle = try DatasetHandle.open(dataset, in: root)
      return try body(handle)
    }
  }

  /// The shape of a block (nil: the whole) of a dataset, after a check that the file can hold that much. Deflate
  /// shrinks data by a factor of about a thousand at most; examples that were never written take no room, within
  /// reason.
  func checkedShape(_ handle: borrowing DatasetHandle, _ dataset: String, _ box: Box?, bytes: Int) throws -> [Int] {
    let whole = try handle.space().shape()
    let shape = box?.count ?? whole
    if let box {
      let fits = zip(zip(box.start, box.count), whole).allSatisfy { $0.0 >= 0 && $0.0 + $0.1 <= $1 }
      guard box.start.count == whole.count, fits else {
        throw StoreError.wrongShape(
          path: path, dataset: dataset, found: whole, expected: "room for \(box.count) at \(box.start)")
      }
    }
    let (total, overflow) = shape.reduce(1, *).multipliedReportingOverflow(by: bytes)
    guard !overflow, total <= 64 << 20 || total / 1100 <= fileBytes else {
      throw StoreError.tooLarge(path: path, dataset: dataset, bytes: overflow ? .max : total, fileBytes: fileBytes)
    }
    try checkChunks(handle, dataset, shape, bytes: bytes)
    return shape
  }

  /// HDF5 allocates a whole chunk whatever part of it is wanted, and lists all chunks of a block before it reads the
  /// first. Each existing chunk has an entry of more than sixteen bytes in the file.
  private func checkChunks(
    _ handle: borrowing DatasetHandle, _ dataset: String, _ shape: [Int], bytes: Int
  ) throws {
    guard let chunk = try handle.chunk() else { return }
    let (size, overflow) = chunk.reduce(1, *).multipliedReportingOverflow(by: bytes)
    guard !overflow, size <= 64 << 20 || size / 1100 <= fileBytes else {
      throw StoreError.tooLarge(path: path, dataset: dataset, bytes: overflow ? .max : size, fileBytes: fileBytes)
    }
    let count = zip(shape, chunk).reduce(1) { $0 * (($1.0 - 1) / max(1, $1.1) + 1) }
    guard count <= max(1 << 14, fileBytes / 16) else {
      throw StoreError.damaged(path: path, object: dataset, detail: "it claims \(count) chunks")
    }
  }
}
