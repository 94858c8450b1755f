/// Damage without knowledge of the format.
enum ByteMutation {
  /// - Parameter tokens: pieces of the format's grammar to insert.
  static func apply(_ bytes: [UInt8], _ chance: inout Chance, tokens: [String] = []) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<chance.few() { bytes = once(bytes, &chance, tokens) }
    return bytes
  }

  private static func once(_ original: [UInt8], _ chance: inout Chance, _ tokens: [String]) -> [UInt8] {
    var bytes = original
    guard !bytes.isEmpty else { return [chance.byte()] }
    let place = chance.below(bytes.count)
    let length = min(1 + chance.below(chance.once(in: 4) ? 512 : 12), bytes.count - place)
    switch chance.below(11) {
    case 0: bytes[place] ^= 1 << UInt8(chance.below(8))
    case 1: bytes[place] = chance.byte()
    case 2: bytes.removeSubrange(place..<place + length)
    case 3: bytes.insert(contentsOf: bytes[place..<place + length], at: chance.below(bytes.count))
    case 4: bytes = Array(bytes[..<place])
    case 5: bytes += (0..<length).map { _ in chance.byte() }
    case 6: for index in place..<place + length { bytes[index] = chance.pick([0, 0xFF, 0x20, 0x0A]) }
    case 7:
      // The run of digits at this place becomes another number.
      if let start = bytes[place...].firstIndex(where: isDigit) {
        let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
        bytes.replaceSubrange(start..<end, with: chance.pick(Odd.numbers).utf8)
      }
    case 8:
      let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
      let (from, to) = (chance.below(lines.count), chance.below(lines.count))
      var new = lines
      if chance.once(in: 2) { new[to] = lines[from] } else { new.insert(lines[from], at: to) }
      bytes = Array(new.joined(separator: [0x0A]))
    case 9 where !tokens.isEmpty: bytes.insert(contentsOf: chance.pick(tokens).utf8, at: place)
    default:
      // Another indentation.
      if let line = bytes[place...].firstIndex(of: 0x0A) {
        if chance.once(in: 2) {
          bytes.insert(contentsOf: [UInt8](repeating: 0x20, count: 1 + chance.below(4)), at: line + 1)
        } else {
          let end = bytes[(line + 1)...].firstIndex { $0 != 0x20 } ?? bytes.count
          bytes.removeSubrange(line + 1..<end)
        }
      }
    }
    return bytes
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
