extension StoreReader {
  /// Checks everything that HDF5 needs to find and understand the data: every group, attribute, axis with its labels
  /// and text, and the size of every dataset. Other numbers are not read.
  /// - Throws: `StoreError.damaged`, `.tooLarge`.
  func checkStructure() throws {
    var groups: Set<String> = ["/"]
    for dataset in try allDatasets() {
      var group = dataset
      while let slash = group.lastIndex(of: "/"), slash > group.startIndex {
        group = String(group[..<slash])
        groups.insert(group)
      }
      _ = try attributes(of: dataset)
      let description = try describe(dataset)
      if description.isScale { _ = try labels(at: dataset) }
      switch description.type {
      case .text: _ = try texts(at: dataset)
      case .float16, .float32, .float64, .int8, .int32, .int64:
        _ = try withDataset(dataset) { try checkedShape($0, dataset, nil, bytes: 1) }
      case .other: break
      }
    }
    for group in groups.sorted() { _ = try attributes(of: group) }
  }
}
