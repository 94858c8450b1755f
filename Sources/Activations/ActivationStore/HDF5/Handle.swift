import CHDF5

/// What an identifier stands for, and how to close it.
protocol HandleKind {
  static func close(_ id: hid_t) -> herr_t
}

enum FileKind: HandleKind {
  static func close(_ id: hid_t) -> herr_t { H5Fclose(id) }
}
enum GroupKind: HandleKind {
  static func close(_ id: hid_t) -> herr_t { H5Gclose(id) }
}
enum DatasetKind: HandleKind {
  static func close(_ id: hid_t) -> herr_t { H5Dclose(id) }
}
enum DataspaceKind: HandleKind {
  static func close(_ id: hid_t) -> herr_t { H5Sclose(id) }
}
enum DatatypeKind: HandleKind {
  static func close(_ id: hid_t) -> herr_t { H5Tclose(id) }
}
enum AttributeKind: HandleKind {
  static func close(_ id: hid_t) -> herr_t { H5Aclose(id) }
}
enum PropertiesKind: HandleKind {
  static func close(_ id: hid_t) -> herr_t { H5Pclose(id) }
}
enum ObjectKind: HandleKind {
  static func close(_ id: hid_t) -> herr_t { H5Oclose(id) }
}

/// An identifier with one owner, closed when that is released.
struct Handle<Kind: HandleKind>: ~Copyable {
  let id: hid_t

  /// Takes over the identifier that a C call returns.
  /// - Throws: `HDF5Failure` if the call failed.
  init(_ function: StaticString, _ body: () -> hid_t) throws(HDF5Failure) {
    id = try Library.checked(function, body)
  }

  deinit {
    // A failure here was either reported by an explicit `close` or concerns something that was only read.
    let id = id
    Library.locked { _ = Kind.close(id) }
  }

  /// Closes and reports failures: what could not be written earlier often shows only here.
  consuming func close() throws(HDF5Failure) {
    let id = id
    discard self
    try Library.checked("H5close") { Kind.close(id) }
  }
}

typealias HDF5FileHandle = Handle<FileKind>
typealias GroupHandle = Handle<GroupKind>
typealias DatasetHandle = Handle<DatasetKind>
typealias DataspaceHandle = Handle<DataspaceKind>
typealias DatatypeHandle = Handle<DatatypeKind>
typealias AttributeHandle = Handle<AttributeKind>
typealias PropertiesHandle = Handle<PropertiesKind>
typealias ObjectHandle = Handle<ObjectKind>
