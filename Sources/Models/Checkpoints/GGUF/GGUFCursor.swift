/// A place in a file's bytes that moves forward; whatever it is asked for must lie in what is left.
struct GGUFCursor {
  private let bytes: UnsafeRawBufferPointer
  private(set) var position = 0

  init(_ bytes: UnsafeRawBufferPointer, from position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  var rest: Int { bytes.count - position }

  /// The next little-endian number.
  /// - Parameter part: what the file ends inside of, if it does.
  mutating func number<Number: FixedWidthInteger>(
    _ type: Number.Type = Number.self, of part: @autoclosure () -> String
  ) throws(GGUFProblem) -> Number {
    guard rest >= MemoryLayout<Number>.size else { throw .endsInside(part()) }
    defer { position += MemoryLayout<Number>.size }
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Number.self))
  }

  /// The bytes of the next text, a length before them.
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

  /// How many things follow, each of at least `leastBytes`.
  mutating func count(of part: @autoclosure () -> String, leastBytes: Int) throws(GGUFProblem) -> Int {
    let count = try number(UInt64.self, of: part())
    guard count <= UInt64(rest / leastBytes) else {
      throw .countBeyondFile(of: part(), count: count, restBytes: rest)
    }
    return Int(count)
  }

  /// Passes over bytes that are known to be there.
  mutating func skip(_ count: Int) { position += count }
}
