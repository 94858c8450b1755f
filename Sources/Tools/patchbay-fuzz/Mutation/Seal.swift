/// A block of an HDF5 file that ends with its own checksum (Bob Jenkins' lookup3, as in the file format specification).
/// Damage inside one is refused at once unless the checksum is recomputed, so nothing after it would ever be tried.
struct Seal: Sendable {
  let start: Int
  /// The position of the checksum.
  let end: Int

  /// The sealed blocks of a sound file: everything that begins with a known signature and is followed by its own
  /// checksum.
  static func find(in bytes: [UInt8]) -> [Seal] {
    let signatures = ["OHDR", "OCHK", "FRHP", "FHDB", "FHIB", "BTHD", "BTLF", "BTIN", "FSHD", "FSSE", "SMTB", "SMLI"]
      .map { Array($0.utf8) }
    var seals: [Seal] = []
    if bytes.count > 48, bytes[0] == 0x89 { seals.append(Seal(start: 0, end: 44)) }
    for start in bytes.indices.dropLast(8) where signatures.contains(where: { bytes[start...].starts(with: $0) }) {
      let last = min(bytes.count - 4, start + 6000)
      if let end = (start + 8..<last).first(where: { word(bytes, $0) == checksum(bytes[start..<$0]) }) {
        seals.append(Seal(start: start, end: end))
      }
    }
    return seals
  }

  /// Recomputes the checksum.
  func apply(to bytes: inout [UInt8]) {
    guard end + 4 <= bytes.count else { return }
    let sum = Seal.checksum(bytes[start..<end])
    for index in 0..<4 { bytes[end + index] = UInt8(truncatingIfNeeded: sum >> (8 * UInt32(index))) }
  }

  private static func word(_ bytes: [UInt8], _ at: Int) -> UInt32 {
    UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16 | UInt32(bytes[at + 3]) << 24
  }

  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    func rotate(_ x: UInt32, _ by: UInt32) -> UInt32 { x << by | x >> (32 - by) }
    let seed = 0xDEAD_BEEF &+ UInt32(truncatingIfNeeded: bytes.count)
    var (a, b, c) = (seed, seed, seed)
    var at = bytes.startIndex
    func next(_ offset: Int) -> UInt32 {
      (0..<4).reduce(0) { sum, index in
        let place = at + offset + index
        return place < bytes.endIndex ? sum | UInt32(bytes[place]) << (8 * UInt32(index)) : sum
      }
    }
    while bytes.endIndex - at > 12 {
      (a, b, c) = (a &+ next(0), b &+ next(4), c &+ next(8))
      a = (a &- c) ^ rotate(c, 4)
      c = c &+ b
      b = (b &- a) ^ rotate(a, 6)
      a = a &+ c
      c = (c &- b) ^ rotate(b, 8)
      b = b &+ a
      a = (a &- c) ^ rotate(c, 16)
      c = c &+ b
      b = (b &- a) ^ rotate(a, 19)
      a = a &+ c
      c = (c &- b) ^ rotate(b, 4)
      b = b &+ a
      at += 12
    }
    if at == bytes.endIndex { return c }
    (a, b, c) = (a &+ next(0), b &+ next(4), c &+ next(8))
    c = (c ^ b) &- rotate(b, 14)
    a = (a ^ c) &- rotate(c, 11)
    b = (b ^ a) &- rotate(a, 25)
    c = (c ^ b) &- rotate(b, 16)
    a = (a ^ c) &- rotate(c, 4)
    b = (b ^ a) &- rotate(a, 14)
    return (c ^ b) &- rotate(b, 24)
  }
}
