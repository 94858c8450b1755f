/// Damage to GGUF files: lengths, counts, types, offsets and texts of the header, and numbers.
enum GGUFMutation {
  static func apply(_ original: [UInt8], _ chance: inout Chance) -> [UInt8] {
    switch chance.below(6) {
    case 0: return ByteMutation.apply(original, &chance, tokens: tokens)
    case 1: return StoreMutation.apply(original, [], isForged: false, &chance)
    default: break
    }
    // The header ends a few numbers after the name of the last tensor.
    let last = Array(".weight".utf8)
    let end = (0..<original.count - last.count).last { original[$0...].starts(with: last) } ?? original.count / 2
    var bytes = original
    for _ in 0..<chance.few() {
      let place = chance.below(min(end + 40, bytes.count))
      let width = chance.pick([1, 4, 4, 8, 8])
      let number = chance.once(in: 3) ? UInt64(chance.below(16)) : chance.pick(Odd.integers)
      for index in 0..<min(width, bytes.count - place) {
        bytes[place + index] = UInt8(truncatingIfNeeded: number >> (8 * UInt64(index)))
      }
    }
    return bytes
  }

  private static let tokens = ["GGUF", "general.alignment", "blk.0.", "llama.", ".weight", "\0\0\0\0\0\0\0\0"]
}
