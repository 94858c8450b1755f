import CHDF5

/// What a name in a group leads to.
enum ObjectClass {
  case group, dataset, other
}

extension Handle where Kind == GroupKind {
  /// Creates a group at a path below an open file or group, with any missing groups above it.
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

  /// Where the object header begins in the file.
  borrowing func address() throws(HDF5Failure) -> Int {
    let id = id
    var address: haddr_t = 0
    try Library.checked("H5Oget_info2") { pb_object_address(id, &address) }
    return Int(clamping: address)
  }

  /// The names in the group, in alphabetical order.
  borrowing func names() throws(HDF5Failure) -> [String] {
    let id = id
    var names: [String] = []
    try Library.checked("H5Literate") {
      let collect: pb_name_visitor = { name, data in
        guard let name, let data else { return }
        data.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
      }
      return withUnsafeMutablePointer(to: &names) { pb_iterate_links(id, collect, $0) }
    }
    return names.sorted()
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
