import CHDF5
import LabelledArrays

/// An open group whose datasets share axes. Each axis is one dimension scale in the group, attached to every dataset
/// that uses it.
///
/// A class, so that a dictionary can hold it; used by one writer only, under that writer's lock.
final class LabelledGroup {
  private let path: String
  private var group: GroupHandle?
  private let file: String
  private var scales: [String: Dataset] = [:]
  private var sizes: [String: Int] = [:]
  private(set) var datasets: [String: Dataset] = [:]

  /// An open dataset in a box, with the shape it was created with.
  final class Dataset {
    private var handle: DatasetHandle?
    let shape: [Int]
    /// The name of each axis.
    let axes: [String]
    let type: ElementType

    init(_ handle: consuming DatasetHandle, shape: [Int], axes: [String], type: ElementType) {
      self.handle = consume handle
      self.shape = shape
      self.axes = axes
      self.type = type
    }

    /// Calls `body` with the open dataset.
    func with<R>(_ body: (borrowing DatasetHandle) throws -> R) throws -> R {
      switch handle {
      case .some(let open): return try body(open)
      case .none: throw HDF5Failure(function: "H5Dclose", detail: "the dataset has been closed")
      }
    }

    func close() throws(HDF5Failure) {
      if let open = handle.take() { try open.close() }
    }

    func abandon() { handle = nil }
  }

  /// Creates the group and any missing groups above it.
  /// - Parameters:
  ///   - path: from the root, with a leading slash.
  ///   - file: the file's path, for messages.
  init(creating path: String, in location: hid_t, file: String) throws {
    self.path = path
    self.file = file
    group = try writing(file, path) { try GroupHandle.create(path, in: location) }
  }

  /// Opens a group of an unfinished file with all its datasets, to continue writing them.
  init(reopening path: String, in location: hid_t, file: String) throws {
    self.path = path
    self.file = file
    try reading(file, path) {
      let group = try GroupHandle.open(path, in: location)
      for name in try group.names() where try group.objectClass(name) == .dataset {
        let handle = try DatasetHandle.open(name, in: group.id)
        let (shape, type, isScale) = (try handle.space().shape(), try handle.type().element(), try handle.isScale())
        var axes: [String] = []
        if !isScale { for axis in shape.indices { axes.append(try handle.axisName(axis) ?? "") } }
        let dataset = Dataset(handle, shape: shape, axes: axes, type: type)
        if isScale {
          scales[name] = dataset
          sizes[name] = shape.first ?? 0
        } else {
          datasets[name] = dataset
        }
      }
      self.group = consume group
    }
  }

  /// Creates the scale of an axis.
  /// - Throws: `StoreError.emptyAxis`, `.badName`, `.writeFailed`.
  func addAxis(_ axis: LabelledAxis) throws {
    try checkName(axis.name)
    guard axis.count > 0 else { throw StoreError.emptyAxis(path: file, dataset: path, axis: axis.name) }
    let chunk = [min(axis.count, 1 << 14)]
    try withGroup("\(path)/\(axis.name)") { group in
      let handle: DatasetHandle
      let type: ElementType
      switch axis.labels {
      case .integers(let labels):
        type = .int64
        handle = try DatasetHandle.create(
          axis.name, in: group, DatasetRecipe(shape: [axis.count], type: type, chunk: chunk))
        try handle.write(labels.map(Int64.init), as: pb_native_int64(), nil)
      case .numbers(let labels):
        type = .float64
        handle = try DatasetHandle.create(
          axis.name, in: group, DatasetRecipe(shape: [axis.count], type: type, chunk: chunk))
        try handle.write(labels, as: pb_native_double(), nil)
      case .texts(let labels):
        type = .text
        handle = try DatasetHandle.create(
          axis.name, in: group, DatasetRecipe(shape: [axis.count], type: type, chunk: chunk))
        try handle.write(texts: labels, nil)
      }
      try handle.becomeScale(named: axis.name)
      scales[axis.name] = Dataset(handle, shape: [axis.count], axes: [axis.name], type: type)
      sizes[axis.name] = axis.count
    }
  }

  /// Creates a dataset along axes that have been added.
  /// - Throws: `StoreError.badName`, `.missing` for an axis that has not been added, `.writeFailed`.
  @discardableResult
  func addDataset(
    _ name: String, axes: [String], type: ElementType, chunk: [Int]? = nil, integerFill: Int = 0,
    compress: Bool = false, chunkCache: Int = 1 << 20, inPlace: Bool = false, attributes: [String: Attribute] = [:]
  ) throws -> Dataset {
    try checkName(name)
    let shape = try axes.map { axis in
      guard let size = sizes[axis] else {
        throw StoreError.missing(path: file, what: .axis, name: axis, candidates: sizes.keys.sorted())
      }
      return size
    }
    return try withGroup("\(path)/\(name)") { group in
      let recipe = DatasetRecipe(
        shape: shape, type: type, chunk: chunk ?? chunkShape(shape, type), integerFill: integerFill, compress: compress,
        chunkCache: chunkCache, isInPlace: inPlace)
      let handle = try DatasetHandle.create(name, in: group, recipe)
      for (index, axis) in axes.enumerated() {
        try scales[axis]?.with { scale in try handle.attach(scale, toAxis: index) }
      }
      for (key, value) in attributes.sorted(by: { $0.key < $1.key }) { try setAttribute(key, value, on: handle.id) }
      let dataset = Dataset(handle, shape: shape, axes: axes, type: type)
      datasets[name] = dataset
      return dataset
    }
  }

  /// The dataset of that name.
  /// - Throws: `StoreError.missing`.
  func dataset(_ name: String) throws -> Dataset {
    guard let dataset = datasets[name] else {
      throw StoreError.missing(
        path: file, what: .dataset, name: "\(path)/\(name)", candidates: datasets.keys.sorted().map { "\(path)/\($0)" })
    }
    return dataset
  }

  func set(_ attributes: [String: Attribute]) throws {
    try withGroup(path) { group in
      for (key, value) in attributes.sorted(by: { $0.key < $1.key }) { try setAttribute(key, value, on: group.id) }
    }
  }

  /// Closes all datasets and the group; throws if what is still to be written cannot be.
  func close() throws {
    for (name, dataset) in datasets { try writing(file, "\(path)/\(name)") { try dataset.close() } }
    for (name, scale) in scales { try writing(file, "\(path)/\(name)") { try scale.close() } }
    group = nil
  }

  /// Closes all datasets and the group of a file that is being abandoned.
  func abandon() {
    for dataset in datasets.values { dataset.abandon() }
    for scale in scales.values { scale.abandon() }
    group = nil
  }

  /// Calls `body`, which writes `object`, with the open group.
  private func withGroup<R>(_ object: String, _ body: (borrowing GroupHandle) throws -> R) throws -> R {
    switch group {
    case .some(let open): return try writing(file, object) { try body(open) }
    case .none: throw StoreError.alreadyClosed(path: file)
    }
  }

  private func checkName(_ name: String) throws {
    guard isUsableName(name) else { throw StoreError.badName(path: file, name: name, problem: .unusable) }
    guard scales[name] == nil, datasets[name] == nil else {
      throw StoreError.badName(path: file, name: name, problem: .taken)
    }
  }
}

/// A chunk of at most 256 KiB: the last axes whole, as much of the axis before them as fits, and 1 along the rest.
func chunkShape(_ shape: [Int], _ type: ElementType) -> [Int] {
  let bytes =
    switch type {
    case .int8: 1
    case .float16: 2
    case .float32, .int32: 4
    case .float64, .int64: 8
    case .text, .other: 16
    }
  var room = (1 << 18) / bytes
  return shape.reversed().map { size in
    let kept = max(1, min(size, room))
    room /= kept < size ? max(room, 1) : kept
    return kept
  }.reversed()
}
