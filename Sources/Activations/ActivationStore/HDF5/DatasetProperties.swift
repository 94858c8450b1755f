import CHDF5

extension Handle where Kind == DatasetKind {
  /// The shape of a chunk; nil when the dataset is not chunked.
  borrowing func chunk() throws(HDF5Failure) -> [Int]? {
    let properties = try creationProperties()
    let layout = Library.locked { H5Pget_layout(properties.id) }
    guard layout == H5D_CHUNKED else { return nil }
    let axes = try space().shape().count
    var sizes = [hsize_t](repeating: 0, count: axes)
    try Library.checked("H5Pget_chunk") { H5Pget_chunk(properties.id, Int32(axes), &sizes) }
    return sizes.map { Int(clamping: $0) }
  }

  /// The filters of the dataset's chunks, by HDF5's names: `shuffle`, `deflate`, `fletcher32`.
  borrowing func filters() throws(HDF5Failure) -> [String] {
    let properties = try creationProperties()
    let count = try Library.checked("H5Pget_nfilters") { H5Pget_nfilters(properties.id) }
    var names: [String] = []
    for index in 0..<UInt32(count) {
      var name = [CChar](repeating: 0, count: 64)
      var (flags, values): (UInt32, Int) = (0, 0)
      try Library.checked("H5Pget_filter2") {
        H5Pget_filter2(properties.id, index, &flags, &values, nil, name.count, &name, nil)
      }
      names.append(String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
    return names
  }

  private borrowing func creationProperties() throws(HDF5Failure) -> PropertiesHandle {
    let id = id
    return try PropertiesHandle("H5Dget_create_plist") { H5Dget_create_plist(id) }
  }
}
