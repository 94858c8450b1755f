/// A position in a file's bytes that moves forward; everything read must lie within the remaining bytes.
struct GGUFCursor {
  private let bytes: UnsafeRawBufferPointer
  private(set) var position = 0

  init(_ bytes: UnsafeRawBufferPointer, from position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  var rest: Int { bytes.count - position }

  /// The next little-endian number.
  /// - Parameter part: the part that the file would end inside of.
  mutating func number<Number: FixedWidthInteger>(
    _ type: Number.Type = Number.self, of part: @autoclosure () -> String
  ) throws(GGUFProblem) -> Number {
    guard rest >= MemoryLayout<Number>.size else { throw .endsInside(part()) }
    defer { position += MemoryLayout<Number>.size }
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Number.self))
  }

  /// The bytes of the next text, which are preceded by their count.
  mutating func textBytes(of part: @autoclosure () -> String) throws(GGUFProblem) -> UnsafeRawBufferPointer {
    let length = try number(UInt64.self, of: part())
    guard length <= UInt64(rest) else { throw .textBeyondFile(part(), bytes: length, restBytes: rest) }
    defer { position += Int(length) }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + Int(length)])
  }

  /// The next text.
  mutating func text(of part: @autoclosure () -> String) throws(GGUFProblem) -> String {
    let bytes = try textBytes(of: part())
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8(part()) }
    return text
  }

  /// How many elements follow, each of at least `leastBytes`.
  mutating func count(of part: @autoclosure () -> String, leastBytes: Int) throws(GGUFProblem) -> Int {
    let count = try number(UInt64.self, of: part())
    guard count <= UInt64(rest / leastBytes) else {
      throw .countBeyondFile(of: part(), count: count, restBytes: rest)
    }
    return Int(count)
  }

  /// Skips bytes that are known to exist.
  mutating func skip(_ count: Int) { position += count }
}
