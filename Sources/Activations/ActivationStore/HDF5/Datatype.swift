import CHDF5

/// The element type of a dataset in a file.
public enum ElementType: Sendable, Hashable, CustomStringConvertible {
  case float16, float32, float64, int8, int32, int64
  /// UTF-8 text of any length.
  case text
  /// A type that this project does not write, by a name of its own: `uint8`, `compound`.
  case other(String)

  public var description: String {
    switch self {
    case .float16: "float16"
    case .float32: "float32"
    case .float64: "float64"
    case .int8: "int8"
    case .int32: "int32"
    case .int64: "int64"
    case .text: "text"
    case .other(let name): name
    }
  }
}

extension Handle where Kind == DatatypeKind {
  /// The type as stored in a file: little-endian.
  static func stored(_ type: ElementType) throws(HDF5Failure) -> DatatypeHandle {
    switch type {
    case .float16: try half()
    case .float32: try copy { pb_file_float() }
    case .float64: try copy { pb_file_double() }
    case .int8: try copy { pb_file_int8() }
    case .int32: try copy { pb_file_int32() }
    case .int64: try copy { pb_file_int64() }
    case .text: try text()
    case .other(let name): throw HDF5Failure(function: "H5Tcopy", detail: "\(name) is not written by this project")
    }
  }

  /// Variable-length UTF-8, ending in a zero byte.
  static func text() throws(HDF5Failure) -> DatatypeHandle {
    let type = try copy { pb_c_string() }
    try Library.checked("H5Tset_size") { H5Tset_size(type.id, pb_variable_length()) }
    try Library.checked("H5Tset_cset") { H5Tset_cset(type.id, H5T_CSET_UTF8) }
    return type
  }

  /// IEEE 754 binary16, little-endian: 10 bits of fraction from bit 0, 5 of exponent from bit 10, the sign in bit 15,
  /// bias 15.
  static func half() throws(HDF5Failure) -> DatatypeHandle {
    let type = try copy { pb_file_float() }
    try Library.checked("H5Tset_fields") { H5Tset_fields(type.id, 15, 10, 5, 0, 10) }
    try Library.checked("H5Tset_size") { H5Tset_size(type.id, 2) }
    try Library.checked("H5Tset_ebias") { H5Tset_ebias(type.id, 15) }
    return type
  }

  static func copy(_ type: () -> hid_t) throws(HDF5Failure) -> DatatypeHandle {
    try DatatypeHandle("H5Tcopy") { H5Tcopy(type()) }
  }

  /// Bytes that one element takes.
  borrowing func size() -> Int {
    let id = id
    return Library.locked { H5Tget_size(id) }
  }

  borrowing func equals(_ other: borrowing DatatypeHandle) throws(HDF5Failure) -> Bool {
    let (id, otherID) = (id, other.id)
    return try Library.checked("H5Tequal") { H5Tequal(id, otherID) } > 0
  }

  borrowing func isVariableLengthText() throws(HDF5Failure) -> Bool {
    let id = id
    return try Library.checked("H5Tis_variable_str") { H5Tis_variable_str(id) } > 0
  }

  /// The type in this project's terms. Big-endian numbers count as little-endian ones, fixed-length text as text.
  borrowing func element() throws(HDF5Failure) -> ElementType {
    let id = id
    let size = size()
    let kind = Library.locked { H5Tget_class(id) }
    switch (kind, size) {
    case (H5T_STRING, _): return .text
    case (H5T_FLOAT, 2): return try equals(try DatatypeHandle.half()) ? .float16 : .other("float of 2 bytes")
    case (H5T_FLOAT, 4): return .float32
    case (H5T_FLOAT, 8): return .float64
    case (H5T_INTEGER, _):
      let signed = Library.locked { H5Tget_sign(id) } == H5T_SGN_2
      switch (signed, size) {
      case (true, 1): return .int8
      case (true, 4): return .int32
      case (true, 8): return .int64
      default: return .other("\(signed ? "" : "u")int\(8 * size)")
      }
    case (H5T_FLOAT, _): return .other("float of \(size) bytes")
    case (H5T_COMPOUND, _): return .other("compound")
    case (H5T_ENUM, _): return .other("enum")
    case (H5T_ARRAY, _): return .other("array")
    case (H5T_VLEN, _): return .other("variable-length list")
    case (H5T_REFERENCE, _): return .other("reference")
    default: return .other("opaque")
    }
  }
}
