import CHDF5

/// Calls `body` with a C string for each text.
///
/// Strings in a file end at a zero byte, so a U+0000 inside a text (byte-level vocabularies have such a token) becomes
/// its visible picture, U+2400.
func withCStrings<R>(
  _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) throws(HDF5Failure) -> R
) throws(HDF5Failure) -> R {
  var bytes: [CChar] = []
  var offsets: [Int] = []
  for text in texts {
    offsets.append(bytes.count)
    for byte in text.utf8 {
      if byte == 0 {
        bytes += "\u{2400}".utf8.map(CChar.init(bitPattern:))
      } else {
        bytes.append(CChar(bitPattern: byte))
      }
    }
    bytes.append(0)
  }
  bytes.append(0)
  let storage = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
  defer { storage.deallocate() }
  storage.initialize(from: bytes, count: bytes.count)
  let pointers = offsets.map { Optional(UnsafePointer(storage + $0)) } + [nil]
  let table = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: pointers.count)
  defer { table.deallocate() }
  table.initialize(from: pointers, count: pointers.count)
  return try body(UnsafePointer(table))
}

/// Texts read by `read`, which fills a buffer with elements of the given file type.
/// - Parameters:
///   - count: how many elements there are.
///   - type: a string type, of variable or fixed length.
///   - space: the space of the elements in memory, which HDF5 needs to free what it allocated for variable-length
///     texts.
func readTexts(
  _ count: Int, _ type: borrowing DatatypeHandle, _ space: borrowing DataspaceHandle,
  _ read: (UnsafeMutableRawPointer) throws(HDF5Failure) -> Void
) throws(HDF5Failure) -> [String] {
  let (typeID, spaceID) = (type.id, space.id)
  if try type.isVariableLengthText() {
    let table = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: max(count, 1))
    table.initialize(repeating: nil, count: max(count, 1))
    defer { table.deallocate() }
    try read(UnsafeMutableRawPointer(table))
    let texts = (0..<count).map { index in table[index].map { String(cString: $0) } ?? "" }
    try Library.checked("H5Dvlen_reclaim") { H5Dvlen_reclaim(typeID, spaceID, pb_default_properties(), table) }
    return texts
  }
  let size = type.size()
  let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(count * size, 1))
  bytes.initialize(repeating: 0)
  defer { bytes.deallocate() }
  guard let base = bytes.baseAddress else { return [] }
  try read(UnsafeMutableRawPointer(base))
  return (0..<count).map { index in
    let element = bytes[(index * size)..<((index + 1) * size)]
    return String(decoding: element.prefix { $0 != 0 }, as: UTF8.self)
  }
}

extension Handle where Kind == DatasetKind {
  /// Writes a block of texts; all of them if nil.
  borrowing func write(texts: [String], _ box: Box?) throws(HDF5Failure) {
    let type = try DatatypeHandle.text()
    let id = type.id
    try withCStrings(texts) { (table) throws(HDF5Failure) in try write(table, as: id, box) }
  }

  /// Reads a block of texts; all of them if nil.
  borrowing func texts(_ box: Box?, count: Int) throws(HDF5Failure) -> [String] {
    let type = try type()
    let space = try DataspaceHandle.shaped([count])
    let typeID = type.id
    return try readTexts(count, type, space) { (memory) throws(HDF5Failure) in
      try read(memory, as: typeID, box)
    }
  }
}
