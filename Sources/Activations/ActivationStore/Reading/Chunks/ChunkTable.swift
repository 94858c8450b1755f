import CHDF5

/// Where each example of a dataset is in its file. For datasets of float32 or float16 whose chunks are whole examples
/// with a Fletcher-32 checksum and no other filter, as in caches.
struct ChunkTable: Sendable {
  let bytes: FileBytes
  /// The shape of the dataset.
  let shape: [Int]
  let isHalf: Bool
  /// In order, without those that were never written.
  private let entries: [ChunkTree.Entry]

  /// Numbers in an example.
  var width: Int { shape.dropFirst().reduce(1, *) }
  var elementBytes: Int { isHalf ? 2 : 4 }

  /// - Returns: nil for a dataset with another layout, or one too damaged to tell.
  init?(_ dataset: borrowing DatasetHandle, in bytes: FileBytes) throws(HDF5Failure) {
    let shape = try dataset.space().shape()
    let type = try dataset.type()
    let isHalf = try type.equals(try DatatypeHandle.half())
    let isFloat = try type.equals(try DatatypeHandle.stored(.float32))
    guard 1.littleEndian == 1, isHalf || isFloat, let examples = shape.first,
      try dataset.chunk() == [1] + shape.dropFirst(), try dataset.filters() == ["fletcher32"]
    else { return nil }
    let elementBytes = isHalf ? 2 : 4
    let (size, overflow) = shape.dropFirst().reduce(1, *).multipliedReportingOverflow(by: elementBytes)
    guard !overflow, size > 0, size <= bytes.count else { return nil }
    let tree = ChunkTree(
      bytes: bytes, chunk: [1] + shape.dropFirst(), elementBytes: elementBytes,
      storedBytes: size + ChunkTable.checksumBytes, examples: examples)
    guard let entries = tree.entries(header: try dataset.address()) else { return nil }
    (self.bytes, self.shape, self.isHalf, self.entries) = (bytes, shape, isHalf, entries)
  }

  /// After the numbers of each chunk.
  static let checksumBytes = 4

  /// The addresses of the chunks of consecutive examples; nil unless all were written.
  func addresses(of examples: Range<Int>) -> [Int]? {
    guard !examples.isEmpty else { return [] }
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].example < examples.lowerBound { low = middle + 1 } else { high = middle }
    }
    let last = low + examples.count - 1
    guard last < entries.count, entries[low].example == examples.lowerBound,
      entries[last].example == examples.upperBound - 1
    else { return nil }
    return entries[low...last].map(\.address)
  }
}
