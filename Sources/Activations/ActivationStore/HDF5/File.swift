import CHDF5

extension Handle where Kind == FileKind {
  /// Creates a file, or empties an existing one. HDF5's own locking is off: the caller holds the lock (`PartialFile`).
  static func create(_ path: String) throws(HDF5Failure) -> HDF5FileHandle {
    let access = try accessProperties(locking: false)
    return try HDF5FileHandle("H5Fcreate") {
      H5Fcreate(path, pb_truncate(), pb_default_properties(), access.id)
    }
  }

  /// Opens a file with the driver that checks heaps before HDF5 reads them. It takes no lock: the caller holds one
  /// (`SharedLock`).
  static func openToRead(_ path: String) throws(HDF5Failure) -> HDF5FileHandle {
    let access = try accessProperties(locking: false)
    let driver = Library.readingDriver
    try Library.checked("H5FDregister") { driver }
    try Library.checked("H5Pset_driver") { pb_set_driver(access.id, driver) }
    return try HDF5FileHandle("H5Fopen") { H5Fopen(path, pb_read_only(), access.id) }
  }

  /// Opens a file to continue writing it. HDF5's own locking is off: the caller holds the lock (`PartialFile`).
  static func openToWrite(_ path: String) throws(HDF5Failure) -> HDF5FileHandle {
    let access = try accessProperties(locking: false)
    return try HDF5FileHandle("H5Fopen") { H5Fopen(path, pb_read_write(), access.id) }
  }

  /// Hands everything written so far to the operating system.
  borrowing func flush() throws(HDF5Failure) {
    let id = id
    try Library.checked("H5Fflush") { H5Fflush(id, H5F_SCOPE_GLOBAL) }
  }

  /// The file descriptor behind the file.
  borrowing func descriptor() throws(HDF5Failure) -> Int32 {
    let id = id
    var pointer: UnsafeMutableRawPointer?
    try Library.checked("H5Fget_vfd_handle") { H5Fget_vfd_handle(id, pb_default_properties(), &pointer) }
    guard let pointer else { throw HDF5Failure(function: "H5Fget_vfd_handle", detail: "no file descriptor") }
    return pointer.load(as: Int32.self)
  }

  /// How large the file is in bytes.
  borrowing func size() throws(HDF5Failure) -> Int {
    let id = id
    var size: hsize_t = 0
    try Library.checked("H5Fget_filesize") { H5Fget_filesize(id, &size) }
    return Int(clamping: size)
  }

  private static func accessProperties(locking: Bool) throws(HDF5Failure) -> PropertiesHandle {
    let access = try PropertiesHandle("H5Pcreate") { H5Pcreate(pb_class_file_access()) }
    try Library.checked("H5Pset_file_locking") { pb_set_file_locking(access.id, locking ? 1 : 0, 1) }
    try Library.checked("H5Pset_libver_bounds") { pb_set_format_1_8(access.id) }
    // Numbers stored in one piece go to the operating system as they are written, not through a buffer that is lost if
    // the process is killed.
    try Library.checked("H5Pset_sieve_buf_size") { H5Pset_sieve_buf_size(access.id, 0) }
    return access
  }
}
