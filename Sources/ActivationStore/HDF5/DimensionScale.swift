import CHDF5

extension Handle where Kind == DatasetKind {
  /// Makes this one-dimensional dataset the scale of an axis of that name.
  borrowing func becomeScale(named name: String) throws(HDF5Failure) {
    let id = id
    try Library.checked("H5DSset_scale") { H5DSset_scale(id, name) }
  }

  /// Makes `scale` say what stands along an axis of this dataset.
  borrowing func attach(_ scale: borrowing DatasetHandle, toAxis axis: Int) throws(HDF5Failure) {
    let (id, scaleID) = (id, scale.id)
    try Library.checked("H5DSattach_scale") { H5DSattach_scale(id, scaleID, UInt32(axis)) }
  }

  borrowing func isScale() throws(HDF5Failure) -> Bool {
    let id = id
    return try Library.checked("H5DSis_scale") { H5DSis_scale(id) } > 0
  }

  /// The name that the dataset has as a scale.
  borrowing func scaleName() throws(HDF5Failure) -> String {
    let id = id
    var name = [CChar](repeating: 0, count: 256)
    try Library.checked("H5DSget_scale_name") { H5DSget_scale_name(id, &name, name.count) }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The name of the first scale attached to an axis; nil when there is none.
  borrowing func axisName(_ axis: Int) throws(HDF5Failure) -> String? {
    let id = id
    let count = try Library.checked("H5DSget_num_scales") { H5DSget_num_scales(id, UInt32(axis)) }
    guard count > 0 else { return nil }
    var name = [CChar](repeating: 0, count: 256)
    try Library.checked("H5DSiterate_scales") {
      // Runs inside the library, so under the lock already taken.
      let firstName: H5DS_iterate_t = { _, _, scale, buffer in
        guard let buffer else { return 1 }
        return H5DSget_scale_name(scale, buffer.assumingMemoryBound(to: CChar.self), 256) < 0 ? -1 : 1
      }
      return H5DSiterate_scales(id, UInt32(axis), nil, firstName, &name)
    }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
