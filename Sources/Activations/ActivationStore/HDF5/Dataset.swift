import CHDF5

/// How a dataset is stored: in chunks, each with a checksum (Fletcher-32, or deflate's own for text).
struct DatasetRecipe {
  var shape: [Int]
  var type: ElementType
  /// No longer than the shape along any axis.
  var chunk: [Int]
  /// What an element holds until it is written: NaN for floats, this for integers, "" for text.
  var integerFill = 0
  /// Byte shuffle and deflate.
  var compress = false
  /// Bytes of chunks to hold back for further writes; with 0 every chunk is handed on at once.
  var chunkCache = 1 << 20
  /// Stored in one piece without checksums, allocated and filled from the start: writing it later changes its numbers
  /// and nothing else in the file.
  var isInPlace = false
}

extension Handle where Kind == DatasetKind {
  /// Creates a dataset in an open group.
  static func create(
    _ name: String, in group: borrowing GroupHandle, _ recipe: DatasetRecipe
  ) throws(HDF5Failure) -> DatasetHandle {
    let type = try DatatypeHandle.stored(recipe.type)
    let space = try DataspaceHandle.shaped(recipe.shape)
    let creation = try PropertiesHandle("H5Pcreate") { H5Pcreate(pb_class_dataset_create()) }
    if recipe.isInPlace {
      try Library.checked("H5Pset_alloc_time") { H5Pset_alloc_time(creation.id, H5D_ALLOC_TIME_EARLY) }
    } else {
      try setChunks(recipe, creation)
    }
    try setFill(recipe, creation)
    let access = try PropertiesHandle("H5Pcreate") { H5Pcreate(pb_class_dataset_access()) }
    try Library.checked("H5Pset_chunk_cache") { H5Pset_chunk_cache(access.id, 521, recipe.chunkCache, 1) }
    let groupID = group.id
    return try DatasetHandle("H5Dcreate2") {
      H5Dcreate2(groupID, name, type.id, space.id, pb_default_properties(), creation.id, access.id)
    }
  }

  private static func setChunks(
    _ recipe: DatasetRecipe, _ creation: borrowing PropertiesHandle
  ) throws(HDF5Failure) {
    let id = creation.id
    let chunk = recipe.chunk.map { hsize_t($0) }
    try Library.checked("H5Pset_chunk") { H5Pset_chunk(id, Int32(chunk.count), chunk) }
    // A chunk of variable-length text holds references to the texts. HDF5 refuses Fletcher-32 for it; deflate has its
    // own checksum.
    if recipe.compress || recipe.type == .text {
      try Library.checked("H5Pset_shuffle") { H5Pset_shuffle(id) }
      try Library.checked("H5Pset_deflate") { H5Pset_deflate(id, 4) }
    }
    if recipe.type != .text { try Library.checked("H5Pset_fletcher32") { H5Pset_fletcher32(id) } }
  }

  private static func setFill(
    _ recipe: DatasetRecipe, _ creation: borrowing PropertiesHandle
  ) throws(HDF5Failure) {
    let id = creation.id
    switch recipe.type {
    case .float16, .float32, .float64:
      var fill = Float.nan
      try Library.checked("H5Pset_fill_value") { H5Pset_fill_value(id, pb_native_float(), &fill) }
    case .int8, .int32, .int64:
      var fill = Int64(recipe.integerFill)
      try Library.checked("H5Pset_fill_value") { H5Pset_fill_value(id, pb_native_int64(), &fill) }
    case .text, .other:
      break
    }
  }

  static func open(_ path: String, in location: hid_t) throws(HDF5Failure) -> DatasetHandle {
    try DatasetHandle("H5Dopen2") { H5Dopen2(location, path, pb_default_properties()) }
  }

  borrowing func type() throws(HDF5Failure) -> DatatypeHandle {
    let id = id
    return try DatatypeHandle("H5Dget_type") { H5Dget_type(id) }
  }

  borrowing func space() throws(HDF5Failure) -> DataspaceHandle {
    let id = id
    return try DataspaceHandle("H5Dget_space") { H5Dget_space(id) }
  }

  /// Where the object header begins in the file.
  borrowing func address() throws(HDF5Failure) -> Int {
    let id = id
    var address: haddr_t = 0
    try Library.checked("H5Oget_info2") { pb_object_address(id, &address) }
    return Int(clamping: address)
  }

  /// Bytes that the dataset takes in the file.
  borrowing func storedBytes() -> Int {
    let id = id
    return Int(clamping: Library.locked { H5Dget_storage_size(id) })
  }

  /// Writes a block; all of the dataset if nil.
  /// - Parameter memory: the block's elements, row-major, of the type that `memoryType` says.
  borrowing func write(
    _ memory: UnsafeRawPointer, as memoryType: hid_t, _ box: Box?
  ) throws(HDF5Failure) {
    let id = id
    guard let box else {
      try Library.checked("H5Dwrite") {
        H5Dwrite(id, memoryType, pb_whole_space(), pb_whole_space(), pb_default_properties(), memory)
      }
      return
    }
    let inFile = try space()
    let inMemory = try DataspaceHandle.shaped(box.count)
    try inFile.select(box)
    try Library.checked("H5Dwrite") {
      H5Dwrite(id, memoryType, inMemory.id, inFile.id, pb_default_properties(), memory)
    }
  }

  /// Reads a block; all of the dataset if nil.
  /// - Parameter memory: room for the block's elements of the type that `memoryType` says.
  borrowing func read(
    _ memory: UnsafeMutableRawPointer, as memoryType: hid_t, _ box: Box?
  ) throws(HDF5Failure) {
    let id = id
    guard let box else {
      try Library.checked("H5Dread") {
        H5Dread(id, memoryType, pb_whole_space(), pb_whole_space(), pb_default_properties(), memory)
      }
      return
    }
    let inFile = try space()
    let inMemory = try DataspaceHandle.shaped(box.count)
    try inFile.select(box)
    try Library.checked("H5Dread") {
      H5Dread(id, memoryType, inMemory.id, inFile.id, pb_default_properties(), memory)
    }
  }
}
