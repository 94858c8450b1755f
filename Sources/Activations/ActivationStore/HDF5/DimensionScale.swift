import CHDF5

extension Handle where Kind == DatasetKind {
  /// Makes this one-dimensional dataset the scale of an axis with this name.
  borrowing func becomeScale(named name: String) throws(HDF5Failure) {
    let id = id
    try Library.checked("H5DSset_scale") { H5DSset_scale(id, name) }
  }

  /// Attaches `scale`, which holds the labels, to an axis of this dataset.
  borrowing func attach(_ scale: borrowing DatasetHandle, toAxis axis: Int) throws(HDF5Failure) {
    let (id, scaleID) = (id, scale.id)
    try Library.checked("H5DSattach_scale") { H5DSattach_scale(id, scaleID, UInt32(axis)) }
  }

  // HDF5's own queries of scales (H5DSis_scale, H5DSget_scale_name) free what they have read twice if the attribute has
  // another type. So the attributes that make a scale are read like any others.

  borrowing func isScale() throws(HDF5Failure) -> Bool {
    try attribute("CLASS", of: id) == .text("DIMENSION_SCALE")
  }

  /// The name that the dataset has as a scale; empty where it has none.
  borrowing func scaleName() throws(HDF5Failure) -> String { try nameAsScale(id) }

  /// The name of the first scale attached to an axis; nil when there is none.
  borrowing func axisName(_ axis: Int) throws(HDF5Failure) -> String? {
    let id = id
    let count = try Library.checked("H5DSget_num_scales") { H5DSget_num_scales(id, UInt32(axis)) }
    guard count > 0 else { return nil }
    var scale = hid_t(-1)
    try Library.checked("H5DSiterate_scales") {
      // This runs inside the library, with the lock already held: the scale is kept open and queried once the lock is
      // free.
      let keepFirst: H5DS_iterate_t = { _, _, scale, kept in
        guard let kept, H5Iinc_ref(scale) > 0 else { return -1 }
        kept.assumingMemoryBound(to: hid_t.self).pointee = scale
        return 1
      }
      return withUnsafeMutablePointer(to: &scale) { H5DSiterate_scales(id, UInt32(axis), nil, keepFirst, $0) }
    }
    guard scale >= 0 else { return nil }
    let first = scale
    let kept = try DatasetHandle("H5Iinc_ref") { first }
    return try nameAsScale(kept.id)
  }
}

private func nameAsScale(_ dataset: hid_t) throws(HDF5Failure) -> String {
  if case .text(let name)? = try attribute("NAME", of: dataset) { name } else { "" }
}
