/// Finds the chunks of a dataset by HDF5's file format specification (version 3.0): before 1.10.9, HDF5 itself walks
/// over all chunks for each query.
///
/// Understands what this project writes, files of the 1.8 format: superblock 2 or 3, object headers of version 2,
/// chunks in a version 1 tree. nil means that a file has another layout or makes no sense; then HDF5 reads it and says
/// what is wrong.
struct ChunkTree {
  let bytes: FileBytes
  /// The shape of a chunk. All chunks start at 0 along all axes but the first.
  let chunk: [Int]
  let elementBytes: Int
  /// Stored bytes of a chunk, checksum included.
  let storedBytes: Int
  /// The size of the first axis.
  let examples: Int

  /// A chunk that was written.
  struct Entry {
    /// Its place along the first axis.
    let example: Int
    let address: Int
  }

  /// All chunks that were written, in order.
  /// - Parameter header: where the dataset's object header begins.
  func entries(header: Int) -> [Entry]? {
    guard hasPlainAddresses(), let root = root(header: header) else { return nil }
    var entries: [Entry] = []
    return collect(root, level: nil, into: &entries) ? entries : nil
  }

  /// Whether addresses and lengths have 8 bytes and addresses count from the start of the file.
  private func hasPlainAddresses() -> Bool {
    guard var block = bytes.fields(0, count: 48), block.integer(UInt8.self) == 0x89, block.skip("HDF\r\n\u{1A}\n"),
      let version = block.integer(UInt8.self)
    else { return false }
    return (2...3).contains(version) && block.integer(UInt8.self) == 8 && block.integer(UInt8.self) == 8
      && block.skip(1)
      && block.integer(UInt64.self) == 0
  }

  // MARK: The object header

  /// The address of the tree, from the header's layout message.
  private func root(header: Int) -> Int? {
    guard var prefix = bytes.fields(header, count: 34), prefix.skip("OHDR"), prefix.integer(UInt8.self) == 2,
      let flags = prefix.integer(UInt8.self), prefix.skip((flags & 0x20 != 0 ? 16 : 0) + (flags & 0x10 != 0 ? 4 : 0)),
      let size = headerSize(&prefix, flags)
    else { return nil }
    let start = header + 34 - prefix.rest
    guard var block = bytes.fields(start, count: size) else { return nil }
    var continuations: [(address: Int, size: Int)] = []
    // More than any real header has: a damaged one may form a loop.
    for next in 0..<64 {
      while let type = block.integer(UInt8.self), let size = block.integer(UInt16.self),
        block.skip(flags & 0x04 != 0 ? 3 : 1)
      {
        if type == 0x08 { return layout(&block) }
        if type == 0x10 {
          guard let address = block.integer(UInt64.self), let length = block.integer(UInt64.self) else { return nil }
          continuations.append((address, length))
        } else if !block.skip(size) {
          return nil
        }
      }
      // A signature before it, a checksum after it.
      guard next < continuations.count,
        let continued = bytes.fields(continuations[next].address, count: continuations[next].size - 4)
      else { return nil }
      block = continued
      guard block.skip("OCHK") else { return nil }
    }
    return nil
  }

  /// The size of the header's first block, a number of 1, 2, 4 or 8 bytes.
  private func headerSize(_ prefix: inout FileBytes.Fields, _ flags: Int) -> Int? {
    switch flags & 3 {
    case 0: prefix.integer(UInt8.self)
    case 1: prefix.integer(UInt16.self)
    case 2: prefix.integer(UInt32.self)
    default: prefix.integer(UInt64.self)
    }
  }

  /// Version 3, chunked: the number of axes plus one for the element, the address, the chunk's shape, the element's
  /// size.
  private func layout(_ message: inout FileBytes.Fields) -> Int? {
    guard message.integer(UInt8.self) == 3, message.integer(UInt8.self) == 2,
      message.integer(UInt8.self) == chunk.count + 1,
      let address = message.integer(UInt64.self)
    else { return nil }
    for size in chunk + [elementBytes] where message.integer(UInt32.self) != size { return nil }
    return address
  }

  // MARK: The tree

  /// Twice the 32 that HDF5 uses unless a file says otherwise.
  private static let mostChildren = 64

  /// Adds the chunks of the node at an address and below it. A sound tree lists them in ascending order and has no
  /// empty node; enforcing this keeps a damaged one from looping or growing beyond the size of the file.
  /// - Parameter level: the node's expected height above the leaves; nil for the root.
  private func collect(_ address: Int, level expected: Int?, into entries: inout [Entry]) -> Bool {
    let entryBytes = 8 + 8 * (chunk.count + 1) + 8
    let most = min(24 + ChunkTree.mostChildren * entryBytes, bytes.count - address)
    guard var node = bytes.fields(address, count: most), node.skip("TREE"), node.integer(UInt8.self) == 1,
      let level = node.integer(UInt8.self), level == expected ?? level, let count = node.integer(UInt16.self),
      count > 0, count <= ChunkTree.mostChildren, node.skip(16)
    else { return false }
    var last = entries.last?.example ?? -1
    for _ in 0..<count {
      guard node.rest >= entryBytes else { return false }
      let (size, skippedFilters) = (node.next(UInt32.self), node.next(UInt32.self))
      let example = node.next(UInt64.self)
      var others: UInt64 = 0
      for _ in chunk.indices { others |= node.next(UInt64.self) }
      let address = node.next(UInt64.self)
      guard others == 0, address <= UInt64(bytes.count) else { return false }
      if level > 0 {
        guard collect(Int(address), level: level - 1, into: &entries) else { return false }
      } else {
        guard size == storedBytes, skippedFilters == 0, example < UInt64(examples), Int(example) > last,
          Int(address) <= bytes.count - storedBytes
        else { return false }
        last = Int(example)
        entries.append(Entry(example: last, address: Int(address)))
      }
    }
    return true
  }
}
