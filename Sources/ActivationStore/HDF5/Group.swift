import CHDF5

/// What a name in a group leads to.
enum ObjectClass {
  case group, dataset, other
}

extension Handle where Kind == GroupKind {
  /// Makes a group at a path below an open file or group, with those above it that are not there yet.
  static func create(_ path: String, in location: hid_t) throws(HDF5Failure) -> GroupHandle {
    let links = try PropertiesHandle("H5Pcreate") { H5Pcreate(pb_class_link_create()) }
    try Library.checked("H5Pset_create_intermediate_group") { H5Pset_create_intermediate_group(links.id, 1) }
    return try GroupHandle("H5Gcreate2") {
      H5Gcreate2(location, path, links.id, pb_default_properties(), pb_default_properties())
    }
  }

  static func open(_ path: String, in location: hid_t) throws(HDF5Failure) -> GroupHandle {
    try GroupHandle("H5Gopen2") { H5Gopen2(location, path, pb_default_properties()) }
  }

  /// The names in the group, in alphabetical order.
  borrowing func names() throws(HDF5Failure) -> [String] {
    let id = id
    var info = H5G_info_t()
    try Library.checked("H5Gget_info") { H5Gget_info(id, &info) }
    var names: [String] = []
    for index in 0..<info.nlinks { names.append(try linkName(index)) }
    return names
  }

  private borrowing func linkName(_ index: hsize_t) throws(HDF5Failure) -> String {
    let id = id
    func name(_ buffer: UnsafeMutablePointer<CChar>?, _ size: Int) -> Int {
      H5Lget_name_by_idx(id, ".", H5_INDEX_NAME, H5_ITER_INC, index, buffer, size, pb_default_properties())
    }
    let length = try Library.checked("H5Lget_name_by_idx") { name(nil, 0) }
    var bytes = [CChar](repeating: 0, count: length + 1)
    try Library.checked("H5Lget_name_by_idx") { name(&bytes, length + 1) }
    return String(decoding: bytes.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Whether there is a link of that name in the group.
  borrowing func has(_ name: String) throws(HDF5Failure) -> Bool {
    let id = id
    return try Library.checked("H5Lexists") { H5Lexists(id, name, pb_default_properties()) } > 0
  }

  /// What a name in the group leads to.
  borrowing func objectClass(_ name: String) throws(HDF5Failure) -> ObjectClass {
    let id = id
    let object = try ObjectHandle("H5Oopen") { H5Oopen(id, name, pb_default_properties()) }
    let type = Library.locked { H5Iget_type(object.id) }
    return type == H5I_GROUP ? .group : type == H5I_DATASET ? .dataset : .other
  }
}
