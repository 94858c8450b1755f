/// The scalar that starts at `index` of well-formed UTF-8, and its number of bytes.
func scalar(at index: Int, in bytes: ArraySlice<UInt8>) -> (scalar: Unicode.Scalar, length: Int) {
  let first = UInt32(bytes[index])
  if first < 0x80 { return (Unicode.Scalar(UInt8(first)), 1) }
  let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
  var value = first & (0x7F >> UInt32(length))
  for offset in 1..<length { value = value << 6 | UInt32(bytes[index + offset] & 0x3F) }
  return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
}

/// The scalar that ends before `index` of well-formed UTF-8, and its number of bytes.
func scalar(before index: Int, in bytes: ArraySlice<UInt8>) -> (scalar: Unicode.Scalar, length: Int) {
  var start = index - 1
  while start > bytes.startIndex, bytes[start] & 0xC0 == 0x80 { start -= 1 }
  return (scalar(at: start, in: bytes).scalar, index - start)
}

extension ArraySlice<UInt8> {
  /// The index after the longest run of scalars from `start` that satisfy `condition`.
  func endOfRun(from start: Int, while condition: (Unicode.Scalar) -> Bool) -> Int {
    var index = start
    while index < endIndex {
      let (scalar, length) = scalar(at: index, in: self)
      if !condition(scalar) { break }
      index += length
    }
    return index
  }

  /// The start of the longest run of scalars that satisfy `condition` and end at `end`.
  func startOfRun(to end: Int, while condition: (Unicode.Scalar) -> Bool) -> Int {
    var index = end
    while index > startIndex {
      let (scalar, length) = scalar(before: index, in: self)
      if !condition(scalar) { break }
      index -= length
    }
    return index
  }
}
