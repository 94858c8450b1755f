/// Tokens by id and ids by token.
///
/// The texts of all tokens are stored in one buffer and found with an open-addressing hash table over their UTF-8
/// bytes: fifty thousand Swift strings cost several times as much to hash, and strings compare by canonical
/// equivalence, while a vocabulary distinguishes composed and decomposed letters.
struct Vocabulary: Sendable {
  /// Larger than any vocabulary in use, small enough that one absurd id cannot exhaust the memory.
  static let idLimit = 1 << 22

  private struct Span {
    var start: Int
    /// -1 if no token has this id.
    var length: Int32
  }

  private var text: [UInt8] = []
  private var spans: [Span] = []
  /// Ids; -1 for a free slot. The count is a power of two and more than twice the number of tokens.
  private var slots: [Int32]
  private(set) var count = 0
  /// The ids of tokens that are one scalar below U+0800, with which nearly all letters of a text start; -1 for none.
  private var scalarIDs = [Int32](repeating: -1, count: 0x800)

  enum Insertion: Equatable {
    case done
    case tokenHasID(Int)
    case idIsTaken(by: String)
    case idOutOfRange
  }

  init(capacity: Int) {
    var slotCount = 64
    while slotCount < capacity * 3 { slotCount *= 2 }
    slots = [Int32](repeating: -1, count: slotCount)
    text.reserveCapacity(capacity * 8)
    spans.reserveCapacity(capacity)
  }

  /// One more than the largest id.
  var size: Int { spans.count }

  mutating func insert(_ token: String, id: Int) -> Insertion {
    guard id >= 0, id < Self.idLimit else { return .idOutOfRange }
    if id < spans.count, spans[id].length >= 0 { return .idIsTaken(by: self.token(Int32(id)) ?? "") }
    let start = text.count
    text.append(contentsOf: token.utf8)
    let slot = slot(of: text, start, text.count)
    if slots[slot] >= 0 {
      text.removeSubrange(start...)
      return .tokenHasID(Int(slots[slot]))
    }
    while spans.count <= id { spans.append(Span(start: 0, length: -1)) }
    spans[id] = Span(start: start, length: Int32(text.count - start))
    slots[slot] = Int32(id)
    count += 1
    if let scalar = token.unicodeScalars.first, scalar.value < 0x800, scalar.utf8.count == text.count - start {
      scalarIDs[Int(scalar.value)] = Int32(id)
    }
    if count * 2 > slots.count { rehash() }
    return .done
  }

  func id(of token: String) -> Int32? {
    let bytes = Array(token.utf8)
    return id(of: bytes, 0, bytes.count)
  }

  func id(of token: ArraySlice<UInt8>) -> Int32? {
    // Indexing a slice is slower than indexing an array, and most tokens are only a few bytes long.
    let bytes = Array(token)
    return id(of: bytes, 0, bytes.count)
  }

  /// The id of the token spelled by `buffer[start..<end]`.
  func id(of buffer: [UInt8], _ start: Int, _ end: Int) -> Int32? {
    let found = slots[slot(of: buffer, start, end)]
    return found >= 0 ? found : nil
  }

  /// The id of a token that is one scalar.
  func id(of scalar: Unicode.Scalar) -> Int32? {
    if scalar.value < 0x800 {
      let found = scalarIDs[Int(scalar.value)]
      return found >= 0 ? found : nil
    }
    return id(of: String(Character(scalar)))
  }

  /// The id of the token spelled by `left` and `right` together; both are in the vocabulary.
  func id(of left: Int32, followedBy right: Int32) -> Int32? {
    let (first, second) = (spans[Int(left)], spans[Int(right)])
    let (middle, length) = (first.start + Int(first.length), Int(first.length + second.length))
    let hash = hash(text, first.start, middle)
    let mask = slots.count - 1
    var slot =
      Int(truncatingIfNeeded: Self.folded(self.hash(text, second.start, second.start + Int(second.length), from: hash)))
      & mask
    while slots[slot] >= 0 {
      let span = spans[Int(slots[slot])]
      if Int(span.length) == length, matches(text, first.start, middle, at: span.start),
        matches(text, second.start, second.start + Int(second.length), at: span.start + Int(first.length))
      {
        return slots[slot]
      }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// The number of Unicode scalars in a token of the vocabulary.
  func scalarCount(_ id: Int32) -> Int {
    let span = spans[Int(id)]
    var count = 0
    for index in span.start..<(span.start + Int(span.length)) where text[index] & 0xC0 != 0x80 { count += 1 }
    return count
  }

  /// The bytes of a token; nil if there is none.
  func bytes(_ id: Int32) -> ArraySlice<UInt8>? {
    guard id >= 0, id < spans.count, spans[Int(id)].length >= 0 else { return nil }
    let span = spans[Int(id)]
    return text[span.start..<(span.start + Int(span.length))]
  }

  func token(_ id: Int32) -> String? {
    bytes(id).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The token's slot, or the free one where it belongs.
  private func slot(of buffer: [UInt8], _ start: Int, _ end: Int) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: Self.folded(hash(buffer, start, end))) & mask
    while slots[slot] >= 0 {
      let span = spans[Int(slots[slot])]
      if Int(span.length) == end - start, matches(buffer, start, end, at: span.start) { break }
      slot = (slot + 1) & mask
    }
    return slot
  }

  private func matches(_ buffer: [UInt8], _ start: Int, _ end: Int, at offset: Int) -> Bool {
    for index in start..<end where buffer[index] != text[offset + index - start] { return false }
    return true
  }

  private mutating func rehash() {
    let old = slots
    slots = [Int32](repeating: -1, count: old.count * 2)
    for id in old where id >= 0 {
      let span = spans[Int(id)]
      slots[slot(of: text, span.start, span.start + Int(span.length))] = id
    }
  }

  /// FNV-1a, continued from the hash of the preceding bytes.
  private func hash(_ buffer: [UInt8], _ start: Int, _ end: Int, from before: UInt64 = 0xCBF2_9CE4_8422_2325) -> UInt64
  {
    var hash = before
    for index in start..<end { hash = (hash ^ UInt64(buffer[index])) &* 0x100_0000_01B3 }
    return hash
  }

  /// Only the low bits select a slot.
  private static func folded(_ hash: UInt64) -> UInt64 { hash ^ (hash >> 32) }
}
