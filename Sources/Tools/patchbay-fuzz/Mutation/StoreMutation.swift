/// Damage to HDF5 files: bytes, numbers that are addresses, sizes and counts, whole blocks.
enum StoreMutation {
  /// - Parameter isForged: whether checksums are recomputed, as no accident would do.
  static func apply(_ original: [UInt8], _ seals: [Seal], isForged: Bool, _ chance: inout Chance) -> [UInt8] {
    var bytes = original
    if chance.once(in: 12) { bytes = resized(bytes, &chance) }
    for _ in 0..<chance.few() { damage(&bytes, seals, &chance) }
    if isForged {
      for seal in seals { seal.apply(to: &bytes) }
    }
    return bytes
  }

  private static func resized(_ bytes: [UInt8], _ chance: inout Chance) -> [UInt8] {
    switch chance.below(3) {
    case 0: Array(bytes[..<chance.below(bytes.count)])
    case 1: bytes + [UInt8](repeating: 0, count: 1 + chance.below(5000))
    default: bytes + (0..<1 + chance.below(300)).map { _ in chance.byte() }
    }
  }

  private static func damage(_ bytes: inout [UInt8], _ seals: [Seal], _ chance: inout Chance) {
    guard bytes.count > 64 else { return }
    let place = somewhere(bytes, seals, &chance)
    switch chance.below(9) {
    case 0: bytes[place] ^= 1 << UInt8(chance.below(8))
    case 1, 2:
      bytes[place] = chance.pick([0, 1, 2, 3, 4, 0xFF, 0x80, chance.byte(), bytes[place] &+ 1, bytes[place] &- 1])
    case 3, 4: write(chance.pick(Odd.integers), width: chance.pick([2, 4, 8]), at: place, &bytes)
    case 5:
      // The address of something that exists.
      let address = seals.isEmpty || chance.once(in: 4) ? chance.below(bytes.count) : chance.pick(seals).start
      write(UInt64(address), width: 8, at: place, &bytes)
    case 6: write(UInt64(bytes.count) &+ chance.word() % 64 &- 32, width: chance.pick([4, 8]), at: place, &bytes)
    case 7:
      let length = min(1 + chance.below(chance.once(in: 3) ? 1000 : 40), bytes.count - place)
      let from = chance.below(bytes.count - length)
      for index in 0..<length { bytes[place + index] = bytes[from + index] }
    default:
      let fill: UInt8 = chance.pick([0, 0xFF])
      for index in place..<min(place + 1 + chance.below(200), bytes.count) { bytes[index] = fill }
    }
  }

  /// Usually near the beginning of some structure.
  private static func somewhere(_ bytes: [UInt8], _ seals: [Seal], _ chance: inout Chance) -> Int {
    guard !seals.isEmpty, !chance.once(in: 3) else {
      // Trees and heaps of chunks have no checksum: look for one.
      let start = chance.below(bytes.count)
      let wanted = chance.pick(["TREE", "GCOL", "SNOD", "HEAP", "\0\0\0\0"])
      let end = min(bytes.count - 4, start + 20_000)
      guard start < end, let found = (start..<end).first(where: { bytes[$0...].starts(with: wanted.utf8) }) else {
        return start
      }
      return min(found + chance.below(120), bytes.count - 1)
    }
    let seal = chance.pick(seals)
    return min(seal.start + chance.below(max(1, seal.end - seal.start)), bytes.count - 1)
  }

  private static func write(_ number: UInt64, width: Int, at place: Int, _ bytes: inout [UInt8]) {
    for index in 0..<min(width, bytes.count - place) {
      bytes[place + index] = UInt8(truncatingIfNeeded: number >> (8 * UInt64(index)))
    }
  }
}
