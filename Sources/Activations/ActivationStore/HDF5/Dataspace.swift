import CHDF5

/// A block of an array: its start and its size along each axis.
package struct Box: Sendable, Hashable {
  package var start: [Int]
  package var count: [Int]

  /// How many elements it has.
  package var elements: Int { count.reduce(1, *) }
}

extension Handle where Kind == DataspaceKind {
  /// A space of this shape; a single element if there are no axes.
  static func shaped(_ shape: [Int]) throws(HDF5Failure) -> DataspaceHandle {
    if shape.isEmpty { return try DataspaceHandle("H5Screate") { H5Screate(H5S_SCALAR) } }
    let sizes = shape.map { hsize_t($0) }
    return try DataspaceHandle("H5Screate_simple") { H5Screate_simple(Int32(sizes.count), sizes, nil) }
  }

  /// The sizes of the axes; none for a single element.
  /// - Throws: `HDF5Failure` also for sizes whose product does not fit an `Int`.
  borrowing func shape() throws(HDF5Failure) -> [Int] {
    let id = id
    let axes = Int(try Library.checked("H5Sget_simple_extent_ndims") { H5Sget_simple_extent_ndims(id) })
    var sizes = [hsize_t](repeating: 0, count: axes)
    if axes > 0 {
      try Library.checked("H5Sget_simple_extent_dims") { H5Sget_simple_extent_dims(id, &sizes, nil) }
    }
    var product = 1
    for size in sizes {
      let (next, overflow) = product.multipliedReportingOverflow(by: Int(clamping: size))
      if overflow || size > hsize_t(Int.max) {
        throw HDF5Failure(function: "H5Sget_simple_extent_dims", detail: "a shape of \(sizes) is past all bounds")
      }
      product = max(next, 1)
    }
    return sizes.map { Int($0) }
  }

  /// Narrows the space to a block.
  borrowing func select(_ box: Box) throws(HDF5Failure) {
    let id = id
    let (start, count) = (box.start.map { hsize_t($0) }, box.count.map { hsize_t($0) })
    try Library.checked("H5Sselect_hyperslab") {
      H5Sselect_hyperslab(id, H5S_SELECT_SET, start, nil, count, nil)
    }
  }
}
